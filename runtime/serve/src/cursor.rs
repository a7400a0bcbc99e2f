//! Reading the bytes of a message. What is not there is an error, never a panic; lengths are checked before anything
//! is made of them.

/// A message that is not what its protocol says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Malformed;

/// What is left of a message.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

macro_rules! number {
    ($($name:ident $ty:ty, $from:ident;)*) => {
        $(pub(crate) fn $name(&mut self) -> Result<$ty, Malformed> {
            let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
            self.0 = rest;
            Ok(<$ty>::$from(*bytes))
        })*
    };
}

impl<'a> Cursor<'a> {
    number! {
        u8 u8, from_be_bytes;
        i16 i16, from_be_bytes;
        u16 u16, from_be_bytes;
        i32 i32, from_be_bytes;
        u32 u32, from_be_bytes;
        i64 i64, from_be_bytes;
        i16_le i16, from_le_bytes;
        u16_le u16, from_le_bytes;
        i32_le i32, from_le_bytes;
        u32_le u32, from_le_bytes;
        i64_le i64, from_le_bytes;
    }

    /// So many bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// Bytes up to a zero, which is taken as well.
    pub(crate) fn until_zero(&mut self) -> Result<&'a [u8], Malformed> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(Malformed)?;
        let found = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Ok(found)
    }

    /// The same as text.
    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.until_zero()?).map_err(|_| Malformed)
    }

    /// So many values read alike; the number is not believed before they are there.
    pub(crate) fn many<T>(
        &mut self,
        count: usize,
        mut one: impl FnMut(&mut Cursor<'a>) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let mut found = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            found.push(one(self)?);
        }
        Ok(found)
    }

    /// MySQL's length-encoded number.
    pub(crate) fn length_encoded(&mut self) -> Result<u64, Malformed> {
        let bytes = match self.u8()? {
            first @ ..=0xfa => return Ok(first.into()),
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            0xfb | 0xff => return Err(Malformed),
        };
        let mut number = [0; 8];
        number[..bytes].copy_from_slice(self.bytes(bytes)?);
        Ok(u64::from_le_bytes(number))
    }

    /// Bytes behind such a number.
    pub(crate) fn counted(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.length_encoded()?).map_err(|_| Malformed)?;
        self.bytes(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_read() {
        let mut cursor = Cursor(&[1, 2, 3]);
        assert_eq!(cursor.u16(), Ok(0x0102));
        assert_eq!(cursor.i32(), Err(Malformed));
        assert_eq!(cursor.bytes(usize::MAX), Err(Malformed));
        assert_eq!(cursor.until_zero(), Err(Malformed));
        assert_eq!(cursor.many(usize::MAX, Cursor::u8), Err(Malformed));
        assert_eq!(Cursor(&[0xfe, 255, 255, 255, 255, 255, 255, 255, 255, 1]).counted(), Err(Malformed));
        assert_eq!(Cursor(&[0xfc, 2, 0, 7, 8]).counted(), Ok(&[7, 8][..]));
    }
}
