//! Where names and lines end.

use memchr::memchr;

pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found)
}

pub(super) fn name_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | 0x80..))
}

/// Bytes of names: letters, digits, `_`, `$` and everything that is not ASCII.
pub(super) const NAME_PLAIN: u8 = 1;

/// The same and `#`.
pub(super) const NAME_HASH: u8 = 2;

/// The same, `#` and `@`.
pub(super) const NAME_AT: u8 = 4;

pub(super) static NAME_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..) {
            table[b] = NAME_PLAIN | NAME_HASH | NAME_AT;
        }
        b += 1;
    }
    table[b'#' as usize] = NAME_HASH | NAME_AT;
    table[b'@' as usize] = NAME_AT;
    table
};

/// Position behind the bytes of a name from `at` on.
#[inline]
pub(super) fn name_end(bytes: &[u8], mut at: usize, members: u8) -> usize {
    // Eight bytes at once: names are short and of any length, which a loop over their bytes mispredicts at each end.
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let others = !letters_and_digits(u64::from_le_bytes(eight)) & HIGH_BITS;
        if others == 0 {
            at += 8;
            continue;
        }
        at += others.trailing_zeros() as usize / 8;
        // A letter of another alphabet, `$` and the like are rare.
        if NAME_BYTES[bytes[at] as usize] & members == 0 {
            return at;
        }
        at += 1;
    }
    while bytes.get(at).is_some_and(|b| NAME_BYTES[*b as usize] & members != 0) {
        at += 1;
    }
    at
}

pub(super) const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is an ASCII letter, digit or `_`. Other bits are arbitrary.
#[inline]
pub(super) fn letters_and_digits(eight: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        byte as u64 * 0x0101_0101_0101_0101
    }
    // A sum carries into the high bit of its byte where the byte is at least 0x80 minus what is added.
    let ascii = eight & each(0x7f);
    let lower = ascii | each(0x20);
    let letter = (lower + each(0x80 - b'a')) & !(lower + each(0x7f - b'z'));
    let digit = (ascii + each(0x80 - b'0')) & !(ascii + each(0x7f - b'9'));
    let underscore = !((ascii ^ each(b'_')) + each(0x7f));
    (letter | digit | underscore) & !eight
}

pub(super) fn name_end_plain(bytes: &[u8], mut at: usize) -> usize {
    while name_byte(bytes.get(at)) {
        at += 1;
    }
    at
}

/// True if nothing but blanks stands beside `start..end` on its line.
pub(crate) fn alone_on_line(bytes: &[u8], start: usize, end: usize) -> bool {
    starts_line(bytes, start)
        && bytes[end..].iter().take_while(|b| **b != b'\n').all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// True if nothing but blanks stands before `start` on its line.
pub(crate) fn starts_line(bytes: &[u8], start: usize) -> bool {
    bytes[..start].iter().rev().take_while(|b| **b != b'\n').all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}
