//! Text in UTF-16, which Windows PowerShell writes. It is read as UTF-8: lines and columns are those of the file, bytes are
//! those of its text in UTF-8.

/// Whether bytes begin with the mark of UTF-16. The mark of UTF-32 begins alike.
pub fn is_marked(bytes: &[u8]) -> bool {
    let utf_32 = bytes.starts_with(&[0xff, 0xfe, 0, 0]);
    (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])) && !utf_32
}

/// The text of bytes that begin with the mark of UTF-16, without the mark; None for others, and for what is no text.
pub fn decoded(bytes: &[u8]) -> Option<String> {
    let body = bytes.get(2..).filter(|body| is_marked(bytes) && body.len() % 2 == 0)?;
    let little = bytes[0] == 0xff;
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let text: String = char::decode_utf16(body.chunks_exact(2).map(unit)).collect::<Result<_, _>>().ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn little(text: &str) -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn both_orders_of_bytes_are_read() {
        let text = "$p = 'ü𐍈'\r\n";
        let big: Vec<u8> = little(text).chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        assert_eq!(decoded(&little(text)).as_deref(), Some(text));
        assert_eq!(decoded(&big).as_deref(), Some(text));
    }

    #[test]
    fn other_bytes_are_not() {
        for bytes in [
            &b"text"[..],
            b"",
            b"\xff",
            b"\xff\xfe",
            b"\xff\xfea",
            b"\xff\xfe\0\0a\0\0\0",
            b"\xff\xfe\0\xd8",
            b"\xff\xfe\0\0",
        ] {
            assert!(decoded(bytes).unwrap_or_default().is_empty(), "{bytes:?}");
        }
    }
}
