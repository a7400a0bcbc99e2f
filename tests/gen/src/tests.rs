//! Properties of everything that is about AIR alone.

use crate::plan;
use air::form::Detail;
use air::verify::verify;
use air::{Air, fingerprint};
use airc_oracle::proof::random_database;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn plans_are_well_formed(plan in plan()) {
        let air = plan.build();
        if let Err(violations) = verify(&air) {
            let shown: Vec<String> = violations.iter().map(ToString::to_string).collect();
            prop_assert!(false, "{}", shown.join("\n"));
        }
    }

    #[test]
    fn text_and_json_read_back(plan in plan()) {
        let air = plan.build();
        let text = air.to_text(Detail::Spans).unwrap();
        let read = Air::from_text(&text).unwrap();
        prop_assert_eq!(read.to_text(Detail::Spans).unwrap(), text.clone());
        let json = Air::from_json(&air.to_json(Detail::Spans).unwrap()).unwrap();
        prop_assert_eq!(json.to_text(Detail::Spans).unwrap(), text);
        prop_assert_eq!(fingerprint(&read), fingerprint(&air));
    }

    #[test]
    fn what_is_read_back_means_the_same(plan in plan(), seed in 1u64..1000) {
        let air = plan.build();
        let read = Air::from_text(&air.to_text(Detail::Meaning).unwrap()).unwrap();
        let (before, after) = (random_database(seed).run(&air), random_database(seed).run(&read));
        prop_assert_eq!(before.map(|rows| rows.to_string()), after.map(|rows| rows.to_string()));
    }

    #[test]
    fn the_evaluator_models_every_plan(plan in plan(), seed in 1u64..1000) {
        if let Err(error) = random_database(seed).run(&plan.build()) {
            prop_assert!(matches!(error, airc_oracle::EvalError::Fails(_)), "{}", error);
        }
    }

    #[test]
    fn readers_never_panic(text in "[()\\[\\]a-z0-9:.@#=^\" ]{0,60}", json in "[{}\\[\\]a-z0-9:,\" ]{0,60}") {
        let _ = Air::from_text(&text);
        let _ = Air::from_json(&json);
    }

    #[test]
    fn damaged_text_never_panics(plan in plan(), at in any::<prop::sample::Index>(), with in "[()\\[\\]:a-z0-9]{0,3}") {
        let text = plan.build().to_text(Detail::Meaning).unwrap();
        let at = at.index(text.len());
        let end = (at + 3).min(text.len());
        if text.is_char_boundary(at) && text.is_char_boundary(end) {
            let damaged = format!("{}{with}{}", &text[..at], &text[end..]);
            if let Ok(air) = Air::from_text(&damaged) {
                // What reads is safe to look at, whatever it means.
                let _ = (verify(&air), fingerprint(&air), air::effects::effects(&air));
            }
        }
    }
}
