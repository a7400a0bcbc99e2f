//! Exact decimal numbers of any length, as digits.

use std::fmt;

/// An exact decimal number: the digits an engine printed, so that its scale is not lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decimal {
    negative: bool,
    /// Digits without leading zeros; at least `scale` of them are after the point.
    digits: String,
    /// How many digits stand after the point.
    scale: usize,
}

/// Exponents beyond this are no exact number an engine prints; such text is read as a float.
const EXPONENT_MAX: i64 = 1_000;

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; `None` for everything else.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if exponent.abs() > EXPONENT_MAX {
            return None;
        }
        let mut digits = format!("{whole}{fraction}");
        let mut scale = fraction.len() as i64 - exponent;
        while scale < 0 {
            digits.push('0');
            scale += 1;
        }
        Some(Decimal { negative, digits, scale: scale as usize }.trimmed())
    }

    /// The decimal with the shortest digits that read back as `number`; `None` unless finite.
    pub fn from_float(number: f64) -> Option<Decimal> {
        if number.is_finite() { Decimal::parse(&number.to_string()) } else { None }
    }

    /// The nearest binary floating point number.
    pub fn to_float(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// How many digits stand after the point, trailing zeros included.
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// The digits without trailing zeros of the fraction and without a sign of zero: equal
    /// numbers have equal normal forms.
    pub fn normal(&self) -> String {
        let mut decimal = self.clone();
        while decimal.scale > 0 && decimal.digits.ends_with('0') {
            decimal.digits.pop();
            decimal.scale -= 1;
        }
        if decimal.digits.is_empty() {
            decimal = Decimal { negative: false, digits: String::new(), scale: 0 };
        }
        decimal.to_string()
    }

    /// Rounded half away from zero to `scale` digits after the point, if it has more.
    pub fn rounded(&self, scale: usize) -> Decimal {
        if self.scale <= scale {
            return self.clone();
        }
        let dropped = self.scale - scale;
        let padded = format!("{:0>width$}", self.digits, width = dropped + 1);
        let (kept, rest) = padded.split_at(padded.len() - dropped);
        let mut kept: Vec<u8> = kept.bytes().collect();
        if rest.as_bytes()[0] >= b'5' {
            let mut at = kept.len();
            loop {
                if at == 0 {
                    kept.insert(0, b'1');
                    break;
                }
                at -= 1;
                if kept[at] == b'9' {
                    kept[at] = b'0';
                } else {
                    kept[at] += 1;
                    break;
                }
            }
        }
        let digits = kept.into_iter().map(char::from).collect();
        Decimal { negative: self.negative, digits, scale }.trimmed()
    }

    /// Cut off, towards zero, to `scale` digits after the point, if it has more.
    pub fn truncated(&self, scale: usize) -> Decimal {
        if self.scale <= scale {
            return self.clone();
        }
        let keep = self.digits.len().saturating_sub(self.scale - scale);
        Decimal { negative: self.negative, digits: self.digits[..keep].to_owned(), scale }.trimmed()
    }

    fn trimmed(mut self) -> Decimal {
        let zeros = self.digits.bytes().take_while(|byte| *byte == b'0').count();
        self.digits.drain(..zeros);
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let padded = format!("{:0>width$}", self.digits, width = self.scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - self.scale);
        let sign = if self.negative { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn digits_print_as_they_were_read() {
        for text in ["0", "-1", "0.500", "12.30", "18446744073709551615", "-0.05"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal("+.5").to_string(), "0.5");
        assert_eq!(decimal("007").to_string(), "7");
    }

    #[test]
    fn exponents_move_the_point() {
        assert_eq!(decimal("1.5e3").to_string(), "1500");
        assert_eq!(decimal("15E-3").to_string(), "0.015");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1a", "1.2.3", "NaN", "0x10", "1e", "1e99999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn normal_forms_of_equal_numbers_are_equal() {
        assert_eq!(decimal("1.500").normal(), decimal("1.5").normal());
        assert_eq!(decimal("-0.00").normal(), decimal("0").normal());
        assert_eq!(decimal("100").normal(), "100");
    }

    #[test]
    fn rounding_goes_half_away_from_zero() {
        assert_eq!(decimal("2.345").rounded(2).to_string(), "2.35");
        assert_eq!(decimal("-9.95").rounded(1).to_string(), "-10.0");
        assert_eq!(decimal("0.04").rounded(1).to_string(), "0.0");
        assert_eq!(decimal("0.6").rounded(0).to_string(), "1");
        assert_eq!(decimal("1.5").rounded(4).to_string(), "1.5");
        assert_eq!(decimal("2.999").truncated(1).to_string(), "2.9");
        assert_eq!(decimal("0.05").truncated(1).to_string(), "0.0");
    }
}
