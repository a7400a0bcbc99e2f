//! Any text, any pair of dialects: a translation or a diagnostic, never a panic, a hang or unbounded memory.
//!
//! The first byte chooses source and target. What was translated is read again in the target dialect, whose
//! parser must not be surprised by what we write.

#![no_main]

use airc::{Dialect, Options, Profile, Translator};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let Ok(sql) = std::str::from_utf8(rest) else { return };
    let from = Dialect::ALL[usize::from(choice) % 6];
    let to = Dialect::ALL[usize::from(choice) / 6 % 6];
    let mut translator = Translator::new(Profile::of(from), Profile::of(to), Options::default());
    for outcome in translator.translate_script(sql) {
        let Some(translation) = &outcome.translation else {
            assert!(outcome.refusal().is_some(), "refused without a reason");
            continue;
        };
        let mut parser = airc::parser_for(translator.to());
        for text in &translation.sql {
            let parsed = parser.parse(text);
            assert_eq!(parsed.tree.statements().len(), 1, "{text}");
        }
    }
});
