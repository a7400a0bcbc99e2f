//! Exact decimals of any size.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// `digits / 10^scale`; the scale is part of how a number is shown, not of its value.
#[derive(Clone, Debug)]
pub struct Decimal {
    digits: BigInt,
    scale: i32,
}

/// Digits that a decimal may have; more is an error, so that evaluation ends.
pub const DIGITS_MAX: u32 = 20_000;

/// What happens to digits that do not fit.
pub use air::types::Rounding;

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

impl Decimal {
    /// `digits / 10^scale`; a negative scale is filled with zeros.
    pub fn new(digits: BigInt, scale: i32) -> Decimal {
        match u32::try_from(-scale) {
            Ok(zeros) => Decimal { digits: digits * power_of_ten(zeros), scale: 0 },
            Err(_) => Decimal { digits, scale },
        }
    }

    /// An integer.
    pub fn int(value: impl Into<BigInt>) -> Decimal {
        Decimal { digits: value.into(), scale: 0 }
    }

    /// Reads `[-+]digits[.digits][e[-+]digits]`, nothing before or after.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (sign, mantissa) = match mantissa.as_bytes().first()? {
            b'-' => (Sign::Minus, &mantissa[1..]),
            b'+' => (Sign::Plus, &mantissa[1..]),
            _ => (Sign::Plus, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !plain(whole) || !plain(fraction) {
            return None;
        }
        if exponent.unsigned_abs() > DIGITS_MAX || whole.len() + fraction.len() > DIGITS_MAX as usize {
            return None;
        }
        let digits = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?;
        let digits = if sign == Sign::Minus { -digits } else { digits };
        Some(Decimal::new(digits, i32::try_from(fraction.len()).ok()? - exponent))
    }

    /// The decimal that a float shows as.
    pub fn from_float(value: f64) -> Option<Decimal> {
        if value.is_finite() { Decimal::parse(&format!("{value:e}")) } else { None }
    }

    /// The nearest float.
    pub fn to_float(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Digits after the point.
    pub fn scale(&self) -> i32 {
        self.scale
    }

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }

    /// True below zero.
    pub fn is_negative(&self) -> bool {
        self.digits.is_negative()
    }

    /// With so many digits after the point, rounded if they are fewer; a negative scale rounds to tens.
    pub fn rescale(&self, scale: i32, rounding: Rounding) -> Decimal {
        if scale >= self.scale {
            let digits = &self.digits * power_of_ten((scale - self.scale) as u32);
            return Decimal { digits, scale };
        }
        let unit = power_of_ten((self.scale - scale) as u32);
        Decimal::new(divide_rounded(&self.digits, &unit, rounding), scale)
    }

    /// Toward minus infinity, without fraction.
    pub fn floor(&self) -> Decimal {
        Decimal::int(self.digits.div_floor(&power_of_ten(self.scale as u32)))
    }

    /// Toward plus infinity, without fraction.
    pub fn ceil(&self) -> Decimal {
        Decimal::int(self.digits.div_ceil(&power_of_ten(self.scale as u32)))
    }

    /// Without trailing zeros after the point.
    pub fn trimmed(&self) -> Decimal {
        let (mut digits, mut scale) = (self.digits.clone(), self.scale);
        while scale > 0 {
            let (quotient, rest) = digits.div_rem(&BigInt::from(10));
            if !rest.is_zero() {
                break;
            }
            digits = quotient;
            scale -= 1;
        }
        Decimal { digits, scale }
    }

    /// The integer, if there is no fraction and it fits.
    pub fn to_int(&self) -> Option<i128> {
        let trimmed = self.trimmed();
        if trimmed.scale == 0 { trimmed.digits.to_i128() } else { None }
    }

    /// All digits as one integer: the value times ten to the scale.
    pub fn unscaled(&self) -> &BigInt {
        &self.digits
    }

    fn aligned(&self, other: &Decimal) -> (BigInt, BigInt, i32) {
        let scale = self.scale.max(other.scale);
        let up = |d: &Decimal| &d.digits * power_of_ten((scale - d.scale) as u32);
        (up(self), up(other), scale)
    }

    /// Sum.
    pub fn add(&self, other: &Decimal) -> Decimal {
        let (a, b, scale) = self.aligned(other);
        Decimal { digits: a + b, scale }
    }

    /// Difference.
    pub fn sub(&self, other: &Decimal) -> Decimal {
        self.add(&other.neg())
    }

    /// Product.
    pub fn mul(&self, other: &Decimal) -> Decimal {
        Decimal { digits: &self.digits * &other.digits, scale: self.scale + other.scale }
    }

    /// Negation.
    pub fn neg(&self) -> Decimal {
        Decimal { digits: -&self.digits, scale: self.scale }
    }

    /// Absolute value.
    pub fn abs(&self) -> Decimal {
        Decimal { digits: self.digits.abs(), scale: self.scale }
    }

    /// Quotient with so many digits after the point; `None` for a zero divisor.
    pub fn div(&self, other: &Decimal, scale: i32, rounding: Rounding) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        let (a, b, _) = self.aligned(other);
        let digits = match u32::try_from(scale) {
            Ok(scale) => divide_rounded(&(a * power_of_ten(scale)), &b, rounding),
            Err(_) => divide_rounded(&a, &(b * power_of_ten(scale.unsigned_abs())), rounding),
        };
        Some(Decimal::new(digits, scale))
    }

    /// Remainder with the sign of the dividend; `None` for a zero divisor.
    pub fn rem(&self, other: &Decimal) -> Option<Decimal> {
        if other.is_zero() {
            return None;
        }
        let (a, b, scale) = self.aligned(other);
        Some(Decimal { digits: a % b, scale })
    }

    /// Square root with so many digits after the point, rounded; `None` below zero.
    pub fn sqrt(&self, scale: i32) -> Option<Decimal> {
        if self.is_negative() {
            return None;
        }
        // One digit more than wanted, then rounded.
        let wide = self.rescale(2 * (scale + 1), Rounding::Truncate);
        Some(Decimal { digits: wide.digits.sqrt(), scale: scale + 1 }.rescale(scale, Rounding::HalfAway))
    }

    /// Position of the first digit that is not zero: 0 for 1-9, 1 for 10-99, -1 for 0.1.
    pub fn magnitude(&self) -> i32 {
        if self.is_zero() {
            return 0;
        }
        self.digits.abs().to_string().len() as i32 - 1 - self.scale
    }

    /// Weight and first digit in base 10,000, as PostgreSQL keeps numbers.
    pub fn base_10000(&self) -> (i32, i32) {
        if self.is_zero() {
            return (0, 0);
        }
        let weight = self.magnitude().div_euclid(4);
        // The digits from the highest down to the end of the first group.
        let first = Decimal { digits: self.digits.abs(), scale: self.scale + 4 * weight };
        let first = first.floor_unbounded();
        (weight, first.to_i32().unwrap_or(0))
    }

    fn floor_unbounded(&self) -> BigInt {
        match u32::try_from(self.scale) {
            Ok(scale) => self.digits.div_floor(&power_of_ten(scale)),
            Err(_) => &self.digits * power_of_ten(self.scale.unsigned_abs()),
        }
    }

    /// Scale of a quotient as PostgreSQL selects it.
    pub fn postgres_quotient_scale(&self, other: &Decimal) -> i32 {
        let ((weight, first), (other_weight, other_first)) = (self.base_10000(), other.base_10000());
        let quotient = weight - other_weight - i32::from(first <= other_first);
        (16 - quotient * 4).max(self.scale).max(other.scale).clamp(0, 1000)
    }

    /// Rounded to so many significant digits, trailing zeros dropped (Oracle NUMBER).
    pub fn significant(&self, digits: i32) -> Decimal {
        let scale = digits - 1 - self.magnitude();
        if scale < self.scale { self.rescale(scale, Rounding::HalfAway).trimmed() } else { self.trimmed() }
    }
}

/// Quotient of integers, rounded.
fn divide_rounded(a: &BigInt, b: &BigInt, rounding: Rounding) -> BigInt {
    let (quotient, rest): (BigInt, BigInt) = a.div_rem(b);
    let twice: BigInt = rest.abs() * 2;
    let up = match (rounding, twice.cmp(&b.abs())) {
        (Rounding::Truncate, _) | (_, Ordering::Less) => false,
        (Rounding::HalfAway, Ordering::Equal) => true,
        (Rounding::HalfEven, Ordering::Equal) => quotient.is_odd(),
        (_, Ordering::Greater) => true,
    };
    match (up, a.is_negative() != b.is_negative()) {
        (false, _) => quotient,
        (true, false) => quotient + 1,
        (true, true) => quotient - 1,
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    /// By value: `1.0` equals `1.00`.
    fn cmp(&self, other: &Decimal) -> Ordering {
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.digits.abs().to_string();
        let scale = self.scale.max(0) as usize;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let sign = if self.is_negative() { "-" } else { "" };
        if scale == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn rounding_follows_its_rule() {
        for (value, away, even, cut) in [
            ("2.5", "3", "2", "2"),
            ("-2.5", "-3", "-2", "-2"),
            ("3.5", "4", "4", "3"),
            ("-0.49", "0", "0", "0"),
        ] {
            assert_eq!(d(value).rescale(0, Rounding::HalfAway), d(away));
            assert_eq!(d(value).rescale(0, Rounding::HalfEven), d(even));
            assert_eq!(d(value).rescale(0, Rounding::Truncate), d(cut));
        }
        assert_eq!(d("1250").rescale(-2, Rounding::HalfAway).to_string(), "1300");
    }

    #[test]
    fn quotients_have_the_scale_of_their_engine() {
        let postgres = |a: &str, b: &str| {
            let (a, b) = (d(a), d(b));
            a.div(&b, a.postgres_quotient_scale(&b), Rounding::HalfAway).unwrap().to_string()
        };
        // As PostgreSQL 15 prints them.
        assert_eq!(postgres("1", "3"), "0.33333333333333333333");
        assert_eq!(postgres("10", "3"), "3.3333333333333333");
        assert_eq!(postgres("7", "2"), "3.5000000000000000");
        assert_eq!(postgres("100000", "7"), "14285.714285714286");
        assert_eq!(
            d("1").div(&d("3"), 40, Rounding::HalfAway).unwrap().significant(40).to_string().len(),
            42
        );
    }

    #[test]
    fn text_keeps_the_scale_and_values_do_not() {
        assert_eq!(d("-0.50").to_string(), "-0.50");
        assert_eq!(d("1.50"), d("1.5"));
        assert_eq!(d("1.5e3").to_string(), "1500");
        assert_eq!(d("25e-3").to_string(), "0.025");
        assert!(
            Decimal::parse("1.2.3").is_none()
                && Decimal::parse("").is_none()
                && Decimal::parse("1e99999999").is_none()
        );
        assert_eq!(d("2").sqrt(16).unwrap().to_string(), "1.4142135623730950");
        assert_eq!(d("-7.5").floor(), d("-8"));
    }
}
