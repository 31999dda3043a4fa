use super::*;

fn shown(literal: &Literal, text: &str) -> String {
    match literal {
        Literal::Word(span) => text[span.clone()].to_string(),
        Literal::Text(found) => {
            if let Some(inner) = &found.inner {
                assert_eq!(text[inner.clone()], found.value);
            }
            format!("{:?}", found.value)
        }
        Literal::List(_, items) => {
            format!("[{}]", items.iter().map(|item| shown(item, text)).collect::<Vec<_>>().join(","))
        }
        Literal::Dict(_, entries) => {
            let shown = |(key, value): &(Literal, Literal)| format!("{}:{}", shown(key, text), shown(value, text));
            format!("{{{}}}", entries.iter().map(shown).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn literals() {
    for (text, expected) in [
        ("5", "5"),
        ("-5 # why", "-5"),
        ("0x1F", "0x1F"),
        ("(5)", "5"),
        ("(5,)", "[5]"),
        ("()", "[]"),
        ("1, 'a',", "[1,\"a\"]"),
        ("[1, 'a', [True,], {}]", "[1,\"a\",[True],{}]"),
        ("{'a': 1, \"b\": (None, 2.5)}", "{\"a\":1,\"b\":[None,2.5]}"),
        ("{1, 1, 'a', 'a'}", "[1,\"a\"]"),
        (r#""a" 'b'"#, "\"ab\""),
        (r#"'\x41\101\t\q'"#, r#""AA\t\\q""#),
        (r"r'\d'", r#""\\d""#),
        ("\"\"\"a\"b\"\"\"", "\"a\\\"b\""),
        ("u'é'", "\"é\""),
        ("''", "\"\""),
    ] {
        assert_eq!(parse(text).map(|found| shown(&found, text)).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn other_texts_are_no_literals() {
    for text in [
        "",
        "x",
        "yes",
        "a,b",
        "0644",
        "5m",
        "1.2.3",
        "10.0.0.1",
        "5 6",
        "it's",
        "'a",
        "[1",
        "[1 2]",
        "[,]",
        "{1: 2, 3}",
        "{[1]: 2}",
        "f'x'",
        "{{ x }}",
        "a=b",
        "1__0",
        "_1",
        "1_",
        "--5",
        "'a' x",
        "nan",
        "inf",
        ".",
        "'\\x4'",
        "é",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
    assert_eq!(parse(&"[".repeat(100_000)), None);
}

#[test]
fn words() {
    for (text, expected) in [
        ("10", Scalar::Int(10)),
        ("1_000", Scalar::Int(1000)),
        ("-0b11", Scalar::Int(-3)),
        ("00", Scalar::Int(0)),
        ("18446744073709551615", Scalar::UInt(u64::MAX)),
        ("1e3", Scalar::Float(1000.0)),
        ("-.5", Scalar::Float(-0.5)),
        ("1.", Scalar::Float(1.0)),
        ("True", Scalar::Bool(true)),
        ("None", Scalar::Null),
    ] {
        assert_eq!(word(text), Some(expected), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "(\\[|\\]|\\{|\\}|\\(|\\)|[a-z'\"# :,0-9.\\\\_-]|\\PC){0,40}") {
        parse(&text);
    }
}
