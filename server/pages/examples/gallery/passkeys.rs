//! Samples of the pages about passkeys. Not here: how a page is drawn.

use super::*;
use pages::passkeys::{PasskeyLine, PasskeyMaking, PasskeyRemoval, Passkeys};

pub fn passkeys(add: &mut impl FnMut(&str, String), w: &Words, f: &Frame) {
    let line = |name: &str, used_at| PasskeyLine {
        id: s(ID),
        name: s(name),
        added_at: at(0),
        used_at,
        is_suspended: used_at.is_none(),
    };
    let page = Passkeys {
        passkeys: vec![line("My telephone", Some(at(90))), line("নীল চাবি", None)],
        origin: Some(s("https://concord.example")),
        may_add: true,
        has_second_factor: true,
        form: Form::default().with("name", "My laptop").wrong("password", "proof-wrong"),
    };
    add("passkeys", page.render(w, f));
    let none = Passkeys { passkeys: Vec::new(), origin: None, form: Form::default(), ..page.clone() };
    add("passkeys-not-offered", none.render(w, f));
    add("passkeys-full", Passkeys { may_add: false, form: Form::default(), ..page }.render(w, f));
    let (name, origin) = (s("My laptop"), s("https://concord.example"));
    add(
        "passkey-making",
        PasskeyMaking { name, origin, options: s("{\"challenge\":\"AQID\"}") }.render(w, f),
    );
    let form = Form::default().wrong("password", "proof-wrong");
    let removal = PasskeyRemoval { id: s(ID), name: s("My telephone"), has_second_factor: true, form };
    add("passkey-removal", removal.render(w, f));
}
