//! NUMERIC in binary: groups of four digits around a point (`numeric_send` of PostgreSQL).

use crate::cursor::{Cursor, Malformed};
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::Sign;

/// Digits behind the point, and groups in all, that PostgreSQL has.
const SCALE_MAX: i64 = 16_383;
const NEGATIVE: u16 = 0x4000;

/// Writes a number; `None` if it is beyond what NUMERIC holds.
pub(crate) fn write(number: &BigDecimal, bytes: &mut Vec<u8>) -> Option<()> {
    let scale = number.fractional_digit_count().max(0);
    if scale > SCALE_MAX {
        return None;
    }
    let plain = number.abs().with_scale(scale).to_plain_string();
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let whole = format!("{}{whole}", "0".repeat((4 - whole.len() % 4) % 4));
    let part = format!("{part}{}", "0".repeat((4 - part.len() % 4) % 4));
    let weight = i16::try_from(whole.len() / 4).ok()? - 1;
    let digits = format!("{whole}{part}");
    let mut groups: Vec<u16> = digits
        .as_bytes()
        .chunks(4)
        .map(|group| group.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0')))
        .collect();
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let weight = if groups.is_empty() { 0 } else { weight - i16::try_from(leading).ok()? };
    let sign = if number.sign() == Sign::Minus { NEGATIVE } else { 0 };
    bytes.extend(u16::try_from(groups.len()).ok()?.to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(u16::try_from(scale).ok()?.to_be_bytes());
    groups.iter().for_each(|group| bytes.extend(group.to_be_bytes()));
    Some(())
}

/// Reads a number; NaN and infinity are none.
pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<BigDecimal, Malformed> {
    let (count, weight, sign, scale) = (cursor.u16()?, cursor.i16()?, cursor.u16()?, cursor.u16()?);
    if !matches!(sign, 0 | NEGATIVE) || i64::from(scale) > SCALE_MAX {
        return Err(Malformed);
    }
    let groups = cursor.many(count.into(), |cursor| {
        cursor.u16().and_then(|group| if group < 10_000 { Ok(group) } else { Err(Malformed) })
    })?;
    let digits: String = groups.iter().map(|group| format!("{group:04}")).collect();
    // The point stands behind group number `weight`.
    let exponent = 4 * (i64::from(weight) + 1 - i64::from(count));
    let sign = if sign == NEGATIVE { "-" } else { "" };
    let number: BigDecimal = format!("{sign}{}e{exponent}", if digits.is_empty() { "0" } else { &digits })
        .parse()
        .map_err(|_| Malformed)?;
    Ok(number.with_scale(scale.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for text in
            ["0", "0.00", "1", "-1.50", "10000", "123456789.987654321", "0.00001", "-99990000.0001", "1e30"]
        {
            let number: BigDecimal = text.parse().unwrap();
            let mut bytes = Vec::new();
            write(&number, &mut bytes).unwrap();
            assert_eq!(read(&mut Cursor(&bytes)).unwrap(), number, "{text}");
        }
        let mut bytes = Vec::new();
        write(&"12345.678".parse().unwrap(), &mut bytes).unwrap();
        assert_eq!(bytes, [0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 9, 41, 26, 124]);
        assert_eq!(read(&mut Cursor(&[0, 0, 0, 0, 0xc0, 0, 0, 0])), Err(Malformed), "NaN");
    }
}
