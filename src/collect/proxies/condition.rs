//! Conditions under which a rule of a proxy counts, and what is left of them for one kind of requests.

use std::rc::Rc;

use crate::collect::proxies::pattern::Pattern;
use crate::input::edges::{Origin, RateLimit};
use crate::located::Value;

/// The requests that a proxy is asked about.
#[derive(Clone, Debug)]
pub struct Request {
    /// Absent where paths are not known any more (rules about answers).
    pub path: Option<String>,
    /// Whether it came over TLS to the proxy.
    pub tls: bool,
}

#[derive(Clone, Debug)]
pub enum Condition<'a> {
    Always,
    Never,
    All(Vec<Condition<'a>>),
    Any(Vec<Condition<'a>>),
    Not(Box<Condition<'a>>),
    /// The path fits.
    Path(Rc<Pattern>),
    /// The request came over TLS.
    Tls,
    /// The client's address is in a list.
    From(Vec<Origin<'a>>),
    /// The origin that asks is one of a list; an empty list is any.
    Asked(Vec<Origin<'a>>),
    /// The client asks more often than this.
    Over(RateLimit<'a>),
    /// The body has more bytes than this; the place that says so.
    Larger(u64, Value<'a>),
    /// What a proxy in front says of the scheme.
    Scheme,
    /// Who asks has said who they are.
    Known(Value<'a>),
    /// Anything else, at its place.
    Other(Value<'a>),
}

use Condition::{All, Always, Any, Never, Not};

impl<'a> Condition<'a> {
    pub fn not(self) -> Self {
        match self {
            Always => Never,
            Never => Always,
            Not(inner) => *inner,
            All(parts) => Self::any(parts.into_iter().map(Self::not).collect()),
            Any(parts) => Self::all(parts.into_iter().map(Self::not).collect()),
            other => Not(Box::new(other)),
        }
    }

    pub fn all(parts: Vec<Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Always => {}
                Never => return Never,
                All(parts) => kept.extend(parts),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Always,
            1 => kept.remove(0),
            _ => All(kept),
        }
    }

    pub fn any(parts: Vec<Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Never => {}
                Always => return Always,
                Any(parts) => kept.extend(parts),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Never,
            1 => kept.remove(0),
            _ => Any(kept),
        }
    }

    /// What is left of it for a kind of requests.
    pub fn given(&self, request: &Request) -> Self {
        match self {
            All(parts) => Self::all(parts.iter().map(|part| part.given(request)).collect()),
            Any(parts) => Self::any(parts.iter().map(|part| part.given(request)).collect()),
            Not(inner) => inner.given(request).not(),
            Condition::Tls => truth(request.tls),
            Condition::Path(pattern) => match request.path.as_deref().map(|path| pattern.matches(path)) {
                Some(Some(fits)) => truth(fits),
                Some(None) => self.clone(),
                None => Never,
            },
            other => other.clone(),
        }
    }

    /// The cases any one of which is enough.
    pub fn cases(&self) -> &[Self] {
        match self {
            Any(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// What must hold together.
    pub fn parts(&self) -> &[Self] {
        match self {
            All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether what a proxy in front says of the scheme is all that it goes by.
    pub fn is_about_scheme(&self) -> bool {
        let about = |part: &Self| match part {
            Not(inner) => matches!(**inner, Condition::Scheme),
            part => matches!(part, Condition::Scheme),
        };
        self.cases().iter().flat_map(|case| case.parts()).all(about)
    }

    /// The addresses of which a client must have one, where that is part of it.
    pub fn clients(&self) -> Option<&[Origin<'a>]> {
        self.parts().iter().find_map(|part| match part {
            Condition::From(list) => Some(&list[..]),
            _ => None,
        })
    }

    /// The origins of which one must have asked, where that is part of it.
    pub fn origins(&self) -> Option<&[Origin<'a>]> {
        self.cases().iter().flat_map(|case| case.parts()).find_map(|part| match part {
            Condition::Asked(list) => Some(&list[..]),
            _ => None,
        })
    }
}

fn truth<'a>(is: bool) -> Condition<'a> {
    if is { Always } else { Never }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_decides_is_left_out() {
        let api = || Condition::Path(Rc::new(Pattern::stars("/api/*")));
        let request = |path: &str, tls: bool| Request { path: Some(path.to_string()), tls };
        let both = Condition::all(vec![api(), Condition::Tls.not(), Condition::Scheme]);
        assert!(matches!(both.given(&request("/api/x", false)), Condition::Scheme));
        assert!(matches!(both.given(&request("/api/x", true)), Never));
        assert!(matches!(both.given(&request("/x", false)), Never));
        assert!(matches!(both.clone().not().given(&request("/x", false)), Always));
        assert!(both.clone().not().given(&request("/api/x", false)).is_about_scheme());
        assert!(matches!(api().given(&Request { path: None, tls: true }), Never));
    }
}
