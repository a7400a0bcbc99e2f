//! `airc audit` as users meet it.

use sqlx_kernel_audit::{Ledger, Signer};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A ledger that `airc audit init` made, with events in it.
struct Made(PathBuf);

impl Made {
    fn new(name: &str) -> Made {
        let folder = std::env::temp_dir().join(format!("airc-audit-cli-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let made = Made(folder);
        let (code, said) = made.run(&["init"], &[]);
        assert_eq!(code, 0, "{said}");
        let ledger = Ledger::open(&made.dir(), Signer::load(&made.0.join("ledger.key")).unwrap()).unwrap();
        for actor in ["ann", "bob", "ann"] {
            let event = format!(
                r#"{{"actor":"{actor}","evt":"policy.decision","tables":["orders"],"tenant":"acme"}}"#
            );
            ledger.append(event.as_bytes()).unwrap();
        }
        ledger.close().unwrap();
        made
    }

    fn dir(&self) -> PathBuf {
        self.0.join("ledger")
    }

    /// Exit code and what is printed.
    fn run(&self, before: &[&str], after: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airc"));
        let output = command.arg("audit").args(before).arg(self.dir()).args(after).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.code().unwrap(), said)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_ledger_is_begun_shown_verified_exported_and_proved() {
    let made = Made::new("life");
    let secret = std::fs::read_to_string(made.0.join("ledger.key")).unwrap();
    let (code, said) = made.run(&["verify"], &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("3 events"), "{said}");
    assert!(!said.contains(secret.trim()));
    let (code, said) = made.run(&["show"], &["--actor", "ann"]);
    assert_eq!((code, said.lines().count()), (0, 2), "{said}");
    let seq = said.split_whitespace().next().unwrap().to_owned();
    for (name, format) in [("all.jsonl", "jsonl"), ("all.csv", "csv")] {
        let out = made.0.join(name);
        let (code, said) = made.run(&["export"], &["--format", format, "-o", out.to_str().unwrap()]);
        assert_eq!(code, 0, "{said}");
        assert!(independently(&made, &out).contains("3 records, all proved"));
    }
    let (code, proof) = made.run(&["prove"], &["--seq", &seq]);
    assert_eq!(code, 0, "{proof}");
    let path = made.0.join("proof.jsonl");
    std::fs::write(&path, proof).unwrap();
    assert!(independently(&made, &path).contains("1 records, all proved"));
    let (code, said) = made.run(&["prove"], &["--since", "1"]);
    assert!(code == 0 && said.contains("consistency"), "{said}");
    assert_eq!(made.run(&["init"], &[]).0, 2, "a ledger is never begun over another");
}

fn independently(made: &Made, export: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime/audit/verifier/verify_export.py");
    let output =
        Command::new("python3").arg(script).arg(made.0.join("ledger.pub")).arg(export).output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn exit_codes_tell_a_changed_ledger_from_a_wrong_question() {
    let made = Made::new("codes");
    assert_eq!(made.run(&["prove"], &["--seq", "77"]).0, 1);
    assert_eq!(made.run(&["show"], &["--from", "yesterday"]).0, 2);
    assert_eq!(made.run(&["verify"], &["--key", "nonsense"]).0, 2);
    let path = made.dir().join("00000001.audit");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[700] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let (code, said) = made.run(&["verify"], &[]);
    assert!(code == 1 && said.contains("A0103: segment 1, offset "), "{said}");
    let (code, said) = made.run(&["verify"], &["--json"]);
    assert!(code == 1 && said.contains(r#""code":"A0103""#) && said.contains(r#""seq":"#), "{said}");
    let (code, said) = made.run(&["export"], &[]);
    assert!(code == 1 && !said.contains("\"event\""), "nothing of it is given out: {said}");
}
