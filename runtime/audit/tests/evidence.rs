//! Proofs hold with a public key alone, and exports are verified by a program that shares nothing with this crate.

mod common;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use common::{Folder, event, key, ledger, signer};
use sqlx_kernel_audit::evidence::{Filter, Form, consistency, export, inclusion};
use sqlx_kernel_audit::format::Checkpoint;
use sqlx_kernel_audit::keys::public_text;
use sqlx_kernel_audit::merkle::{Hash, leaf};
use sqlx_kernel_audit::proof::Prover;
use sqlx_kernel_audit::{Kind, Record, Signer, verify::read};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_record_is_proved_with_the_public_key_and_no_other_record_is() {
    let folder = Folder::new("inclusion");
    ledger(&folder, 300, 32 << 10);
    let (mut bodies, mut last) = (Vec::new(), 0);
    read(&folder.dir(), &[key()], &[], &mut |_, _, record| {
        bodies.push(record.body.to_vec());
        if record.kind == Kind::Checkpoint {
            last = record.seq;
        }
        Ok(())
    })
    .unwrap();
    let other = Signer::from_seed(&[1; 32]).public();
    for (seq, body) in bodies.iter().enumerate().step_by(7) {
        let Ok((found, proof)) = inclusion(&folder.dir(), &[key()], seq as u64) else {
            // The last checkpoint of a segment is not under itself; the next segment's head has its hash.
            assert_eq!(Record::read(body).unwrap().kind, Kind::Checkpoint);
            continue;
        };
        assert_eq!(&found, body);
        proof.verify(body, &key()).unwrap();
        proof.verify(body, &other).unwrap_err();
        proof.verify(&bodies[(seq + 1) % bodies.len()], &key()).unwrap_err();
        let mut changed = body.clone();
        changed[body.len() - 1] ^= 1;
        proof.verify(&changed, &key()).unwrap_err();
    }
    assert!(inclusion(&folder.dir(), &[key()], last + 1).is_err());
}

#[test]
fn a_later_checkpoint_is_proved_to_contain_an_earlier_one_over_segments() {
    let folder = Folder::new("consistency");
    ledger(&folder, 500, 32 << 10);
    let mut checkpoints = Vec::new();
    read(&folder.dir(), &[key()], &[], &mut |_, _, record| {
        checkpoints.extend(Checkpoint::read(record.body));
        Ok(())
    })
    .unwrap();
    for earlier in &checkpoints {
        let (first, last, proof) = consistency(&folder.dir(), &[key()], earlier.seq).unwrap();
        assert_eq!(&first, earlier);
        assert_eq!(Some(&last), checkpoints.last());
        proof.verify(&first, &last, &key()).unwrap();
        for other in checkpoints.iter().filter(|other| *other != earlier) {
            let same = proof.verify(other, &last, &key()).is_ok();
            // From the end of a segment there is nothing to extend, so such a proof says nothing about the others.
            assert!(!same, "{} passes for {}", earlier.seq, other.seq);
        }
    }
    // A fork by the same key from the same beginning is not consistent with it.
    let fork = Folder::new("consistency-fork");
    ledger(&fork, 400, 32 << 10);
    let (_, last, proof) = consistency(&fork.dir(), &[key()], checkpoints[1].seq).unwrap();
    assert!(proof.verify(&checkpoints[1], &last, &key()).is_err());
}

#[test]
fn a_proof_in_a_million_events_is_shorter_than_a_kibibyte() {
    let folder = Folder::new("million");
    ledger(&folder, 1, 64 << 20);
    let mut checkpoint = None;
    read(&folder.dir(), &[key()], &[], &mut |_, _, record| {
        checkpoint = checkpoint.take().or(Checkpoint::read(record.body));
        Ok(())
    })
    .unwrap();
    let leaves: Vec<Hash> = (0..1_000_000u64).map(|i| leaf(&i.to_le_bytes())).collect();
    let mut checkpoint = checkpoint.unwrap();
    checkpoint.size = leaves.len() as u64;
    let prover = Prover::new(leaves, checkpoint);
    let longest = (0..1_000_000).step_by(997).map(|i| prover.inclusion(i).unwrap().len_bytes()).max();
    println!("longest proof at a million events: {} bytes", longest.unwrap());
    assert!(longest <= Some(1024));
}

fn exported(folder: &Folder, filter: &Filter, form: Form) -> (String, u64) {
    let mut out = Vec::new();
    let (_, count) = export(&folder.dir(), &[key()], &[], filter, form, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), count)
}

#[test]
fn filters_choose_by_time_actor_tenant_and_table() {
    let folder = Folder::new("filters");
    ledger(&folder, 120, 64 << 20);
    let count = |filter: Filter| exported(&folder, &filter, Form::JsonLines).1;
    assert_eq!(count(Filter::default()), 120);
    assert_eq!(count(Filter { actor: Some("ann".into()), ..Filter::default() }), 40);
    assert_eq!(count(Filter { tenant: Some("acme".into()), ..Filter::default() }), 60);
    assert_eq!(count(Filter { table: Some("orders".into()), ..Filter::default() }), 60);
    assert_eq!(count(Filter { table: Some("order".into()), ..Filter::default() }), 0);
    assert_eq!(count(Filter { until_us: Some(1), ..Filter::default() }), 0);
    assert_eq!(count(Filter { from_us: Some(1), ..Filter::default() }), 120);
    assert_eq!(count(Filter { seq: Some(5), ..Filter::default() }), 1);
}

fn write(folder: &Folder, name: &str, text: &str) -> PathBuf {
    let path = folder.0.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// True if the independent verifier is content, and what it says.
fn verified(export: &Path, keys: &str) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier/verify_export.py");
    let output =
        Command::new("python3").arg(script).arg(keys).arg(export).output().expect("python3 is installed");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.code().is_some_and(|code| code < 2) && !said.contains("Traceback"), "{said}");
    (output.status.success(), said)
}

#[test]
fn an_independent_program_verifies_exports_and_finds_what_was_changed() {
    let folder = Folder::new("independent");
    ledger(&folder, 200, 32 << 10);
    // An event that is no JSON is a record like others.
    let opened = sqlx_kernel_audit::Ledger::open(&folder.dir(), signer()).unwrap();
    opened.append_durable(b"\xff\x00, \"bytes\"\n").unwrap();
    opened.append_durable(&event(201)).unwrap();
    opened.close().unwrap();
    let key = public_text(&key());
    for (form, name) in [(Form::JsonLines, "all.jsonl"), (Form::Csv, "all.csv")] {
        let (text, count) = exported(&folder, &Filter::default(), form);
        assert_eq!(count, 202);
        let (fine, said) = verified(&write(&folder, name, &text), &key);
        assert!(fine && said.contains("202 records"), "{said}");
        assert!(
            !verified(&write(&folder, name, &text), &public_text(&Signer::from_seed(&[1; 32]).public())).0
        );
        let lines: Vec<&str> = text.lines().collect();
        let join = |lines: &[&str]| lines.join("\n") + "\n";
        // Two rows of one segment, behind its checkpoint.
        let (i, j) = (10, 11);
        let mut swapped = lines.clone();
        swapped.swap(i, j);
        let mut doubled = lines.clone();
        doubled.insert(i, lines[i]);
        let (actor, index) = match form {
            Form::JsonLines => ("\"actor\":\"ann\"", "\"index\":9"),
            Form::Csv => (",ann,", ",1,9,"),
        };
        let record =
            |line: &str| line.split(['"', ',']).find(|part| part.starts_with("Ag")).unwrap().to_owned();
        let other = record(lines[i + 2]);
        let mut changes = vec![join(&swapped), join(&doubled), text.replacen(&record(lines[i]), &other, 1)];
        if text.contains(index) {
            changes.push(text.replacen(index, &index.replace('9', "8"), 1));
        }
        changes.push(text.replacen(actor, &actor.replace("ann", "eve"), 1));
        for (change, changed) in changes.iter().enumerate() {
            assert_ne!(changed, &text, "change {change} changes nothing");
            let (fine, said) = verified(&write(&folder, name, changed), &key);
            assert!(!fine, "change {change} of {name}: {said}");
        }
    }
    // A signature with any changed byte is wrong for the other implementation, too.
    let (text, _) = exported(&folder, &Filter { seq: Some(3), ..Filter::default() }, Form::Csv);
    let signed = text.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned();
    let body = BASE64_STANDARD.decode(&signed).unwrap();
    for at in (0..body.len()).step_by(13) {
        let mut changed = body.clone();
        changed[at] ^= 0x10;
        let text = text.replace(&signed, &BASE64_STANDARD.encode(changed));
        let (fine, said) = verified(&write(&folder, "one.csv", &text), &key);
        assert!(!fine, "byte {at}: {said}");
    }
}
