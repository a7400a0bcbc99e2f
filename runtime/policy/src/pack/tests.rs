use super::*;
use crate::facts::Kind;
use air::protection::{Mask, Pattern, Plain};

fn wrong(text: &str) -> String {
    let found = Pack::parse(text).expect_err("something is wrong with it");
    let line = |diagnostic: &Diagnostic| {
        let at = diagnostic.labels.first().map_or("", |label| label.span.text(text));
        format!(
            "{} at {at:?}: {} ({})",
            diagnostic.code,
            diagnostic.message,
            diagnostic.help.as_deref().unwrap_or("")
        )
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_rule_reads_like_a_sentence() {
    let pack = Pack::parse(
        r#"pack shop # and a comment
        tag personal on *.{email, "Phone No"}, customers.name
        trust view Totals  trust function initials  trust triggers on orders
        rule staff "Staff works" allow when role in [staff, lead] and statement not in [define]
        rule late deny when hour >= 20 or weekday in [sat, sun] unless approved unless actor like "svc:*"
        rule masks oblige when shows tag personal and risk < high with
          mask personal by partial(1, 4), mask personal by constant("x"),
          rows of orders where tenant == $tenant and (not deleted is null or size in [1, 2]),
          at most 10 rows, at most 5 statements per minute, replica within 3 s"#,
    )
    .unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(pack.name, "shop");
    assert_eq!(pack.tags.len(), 3);
    assert_eq!(pack.tags[1].column, Pattern::new("phone no"));
    assert_eq!(pack.trusted_views, ["totals"]);
    assert_eq!(pack.trusted_triggers, ["orders"]);
    let [staff, late, masks] = pack.rules.as_slice() else { panic!("three rules") };
    assert_eq!((staff.text.as_str(), staff.effect), ("Staff works", Effect::Allow));
    let tests: Vec<String> = staff.condition.tests().iter().map(ToString::to_string).collect();
    assert_eq!(tests, ["role in [staff, lead]", "statement == define"]);
    let tests: Vec<String> = late.condition.tests().iter().map(ToString::to_string).collect();
    assert_eq!(tests, ["hour >= 20", "weekday in [sat, sun]", "approved", "actor like \"svc:*\""]);
    assert_eq!(masks.condition.tests()[1], &Test::AtMost(Attribute::Risk, 1));
    assert_eq!(masks.obligations.len(), 6);
    let constant = Mask::Constant(Plain::Text("x".to_owned()));
    assert_eq!(masks.obligations[1], Obligation::Mask { tag: "personal".to_owned(), mask: constant });
    assert_eq!(masks.obligations[4], Obligation::Rate { statements: 5, seconds: 60 });
    assert_eq!(masks.obligations[5], Obligation::Replica { lag: Some(3) });
    assert_eq!(staff.condition.tests()[1], &Test::Statement(vec![Kind::Define]));
}

#[test]
fn all_errors_are_found_in_one_pass_where_they_are() {
    insta::assert_snapshot!(wrong(
        r#"pack shop
rule a permit when role has staff
rule b allow when residency == mars and
rule c allow when purpsoe == bi
rule d oblige
rule e deny when reads tag persnal with at most 3 rows
tag personal on customers.email
rule e allow when risk like "x"
rule f allow when hour > 24
rule g oblige with mask personal by blurr, rows of t where a == $role
rule h allow when tenant < "x""#
    ), @r#"
    G0002 at "permit": `permit` is no effect of a rule (known are allow, deny, oblige)
    G0003 at "mars": `residency` is never `mars` (it is one of eu, us, uk)
    G0002 at "purpsoe": `purpsoe` is no attribute or test (did you mean `purpose`?)
    G0003 at "like": `risk` is one of a few words, no text ()
    G0003 at "24": hours go from 0 to 23 ()
    G0002 at "blurr": `blurr` is no mask (known are null, constant, hash, partial, shape, bucket, month, year)
    G0003 at "<": `tenant` has no order (compare it by `==`, `in` or `like`)
    G0006 at "d": rule `d` obliges to nothing (add `with …`)
    G0004 at "e": rule `e` speaks of a tag `persnal` that no line declares (did you mean `personal`?)
    G0006 at "e": rule `e` denies, so its obligations never hold ()
    "#);
}

#[test]
fn hostile_packs_end_in_errors() {
    let deep = format!("pack p rule a allow when {}approved", "(".repeat(100_000));
    assert!(wrong(&deep).contains("G0007"));
    let nots = format!("pack p rule a allow when {}approved", "not ".repeat(100_000));
    assert!(wrong(&nots).contains("G0007"));
    for text in [
        "",
        "pack",
        "\0",
        "pack p rule",
        "pack p tag x on",
        "pack \"p",
        "pack p rule a allow when 99999999999999999999",
    ] {
        assert!(Pack::parse(text).is_err(), "{text:?}");
    }
    let mut random = fastrand::Rng::with_seed(7);
    let (_, gdpr) = SHIPPED[0];
    for _ in 0..2000 {
        let mut bytes = gdpr.as_bytes().to_vec();
        for _ in 0..random.usize(1..20) {
            let at = random.usize(..bytes.len());
            match random.u8(..3) {
                0 => bytes[at] = random.u8(..),
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, *random.choice(b"()[]{},.\"$#*").unwrap_or(&b' ')),
            }
        }
        // Neither panics nor hangs; what comes out is one or the other.
        let _ = Pack::parse(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn shipped_packs_are_sound() {
    for (name, text) in SHIPPED {
        let (pack, found) = Pack::parse_with_warnings(text);
        let worse: Vec<&Diagnostic> =
            found.iter().filter(|diagnostic| diagnostic.severity != Severity::Note).collect();
        assert!(worse.is_empty(), "{name}: {worse:?}");
        assert_eq!(pack.map(|pack| pack.name).as_deref(), Some(name));
    }
}
