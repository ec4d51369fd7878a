//! Serial numbers of certificates.

use std::fmt;

/// A serial number (RFC 5280, 4.1.2.2), of any length and sign.
///
/// Displayed as lower-case hex of whole bytes: zero is `00`, a negative number begins with `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber {
    is_negative: bool,
    /// Big-endian, without leading zeros; empty for zero.
    magnitude: Box<[u8]>,
}

impl SerialNumber {
    /// Returns the number of this sign and this big-endian magnitude.
    pub fn new(is_negative: bool, magnitude: &[u8]) -> Self {
        let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
        let magnitude: Box<[u8]> = magnitude.get(zeros..).unwrap_or_default().into();
        Self { is_negative: is_negative && !magnitude.is_empty(), magnitude }
    }

    /// Returns the number that hex digits write, an odd number of them too; `None` where there is another character,
    /// or no digit.
    pub fn from_hex(digits: &str) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        let digits: Vec<u8> =
            digits.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect::<Option<_>>()?;
        // From the end, where the bytes are whole.
        let bytes = digits.rchunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
        let magnitude: Vec<u8> = bytes.rev().collect();
        Some(Self::new(false, &magnitude))
    }

    pub fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Returns the bytes of the absolute value, big-endian, without leading zeros.
    pub fn magnitude(&self) -> &[u8] {
        &self.magnitude
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.magnitude.is_empty() {
            return f.write_str("00");
        }
        if self.is_negative {
            f.write_str("-")?;
        }
        self.magnitude.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_whole_bytes() {
        for (is_negative, magnitude, text) in [
            (false, &[][..], "00"),
            (true, &[0, 0], "00"),
            (false, &[1], "01"),
            (false, &[0, 0xff, 1], "ff01"),
            (true, &[0x80], "-80"),
        ] {
            assert_eq!(SerialNumber::new(is_negative, magnitude).to_string(), text);
        }
    }

    #[test]
    fn hex_digits_are_read_whatever_their_number() {
        for (digits, text) in
            [("00FF01", "ff01"), ("abc", "0abc"), ("0", "00"), ("0cb8", "0cb8"), (&"7f".repeat(21), &"7f".repeat(21))]
        {
            assert_eq!(SerialNumber::from_hex(digits).map(|number| number.to_string()).as_deref(), Some(text));
        }
        for text in ["", "-1", "0x1", "0a:bc", "١"] {
            assert_eq!(SerialNumber::from_hex(text), None, "{text}");
        }
    }
}
