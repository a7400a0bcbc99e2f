//! `airc audit`: begins, verifies, shows, exports and proves audit ledgers.

use super::args::{Audit, AuditCommand, Chosen, Evidence, Ledgers};
use super::{Failure, Verdict, failure};
use serde_json::{Value, json};
use sqlx_kernel_audit::anchor::FileAnchor;
use sqlx_kernel_audit::evidence::{self, Filter, Form, hex};
use sqlx_kernel_audit::keys::{public_key, public_text};
use sqlx_kernel_audit::{
    Checkpoint, Error, Kind, Ledger, Record, Signer, Verified, VerifyingKey, time, verify,
};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Runs the command.
pub(super) fn run(arguments: &Audit) -> Result<Verdict, Failure> {
    let done = match &arguments.command {
        AuditCommand::Init { dir, key } => return init(dir, key.as_deref()),
        AuditCommand::Verify { ledger, json } => verify_all(ledger, *json)?,
        AuditCommand::Show { ledger, chosen } => show(ledger, chosen)?,
        AuditCommand::Export { ledger, chosen, format, out } => {
            export(ledger, chosen, *format, out.as_deref())?
        }
        AuditCommand::Prove { ledger, seq, since } => prove(ledger, *seq, *since)?,
    };
    match done {
        Ok(()) => Ok(Verdict::Fine),
        // The ledger was read and is not what was written: that is an answer, not a failure to give one.
        Err(error @ (Error::Tampered(_) | Error::Proof(_) | Error::NoRecord(_))) => {
            eprintln!("airc: {error}");
            Ok(Verdict::Refused)
        }
        Err(error) => failure(error.to_string()),
    }
}

/// What a ledger said, or why it could not be asked.
type Answer = Result<Result<(), Error>, Failure>;

fn beside(dir: &Path, extension: &str) -> PathBuf {
    let mut name = dir.components().as_path().as_os_str().to_owned();
    name.push(extension);
    PathBuf::from(name)
}

fn init(dir: &Path, key: Option<&Path>) -> Result<Verdict, Failure> {
    let path = key.map_or_else(|| beside(dir, ".key"), Path::to_owned);
    let public = path.with_extension("pub");
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return failure(format!("{}: the directory is not empty", dir.display()));
    }
    let signer = Signer::generate()?;
    let text = public_text(&signer.public());
    signer.save(&path)?;
    std::fs::write(&public, format!("{text}\n"))
        .map_err(|error| Failure(format!("{}: {error}", public.display())))?;
    let ledger = Ledger::open(dir, signer)?;
    let id = hex(&ledger.head().ledger);
    ledger.close()?;
    println!(
        "ledger {id} in {}\nsigning key in {}: nobody who can change the ledger should be able to read it; public key in {}",
        dir.display(),
        path.display(),
        public.display()
    );
    Ok(Verdict::Fine)
}

/// Keys as files or texts; without any, the one that `init` left beside the ledger.
fn keys(ledger: &Ledgers) -> Result<Vec<VerifyingKey>, Failure> {
    let beside = beside(&ledger.dir, ".pub");
    let mut named = ledger.key.clone();
    if named.is_empty() {
        if !beside.exists() {
            return failure(format!(
                "which key is trusted? Say so with --key, or put it into {}",
                beside.display()
            ));
        }
        named.push(beside.to_string_lossy().into_owned());
    }
    let read = |name: &String| {
        let text = if Path::new(name).exists() { std::fs::read_to_string(name)? } else { name.clone() };
        public_key(&text).map_err(|error| Failure(format!("{name}: {error}")))
    };
    named.iter().map(read).collect()
}

fn known(ledger: &Ledgers) -> Result<Vec<Checkpoint>, Failure> {
    let mut known = Vec::new();
    for path in &ledger.anchor {
        known.extend(FileAnchor::read(path)?);
    }
    Ok(known)
}

fn verify_all(ledger: &Ledgers, json: bool) -> Answer {
    let verified = verify(&ledger.dir, &keys(ledger)?, &known(ledger)?);
    if json {
        let value = match &verified {
            Ok(verified) => as_json(verified),
            Err(error) => {
                let mut value = json!({ "ok": false, "code": error.code(), "error": error.to_string() });
                if let Error::Tampered(at) = error {
                    value["segment"] = at.segment.into();
                    value["offset"] = at.offset.into();
                    value["seq"] = at.seq.into();
                }
                value
            }
        };
        println!("{value}");
    } else if let Ok(verified) = &verified {
        println!(
            "ledger {}: {} records in {} segments, {} events, {} checkpoints, {} of them known from elsewhere; {} records not signed yet",
            hex(&verified.ledger),
            verified.records,
            verified.segments,
            verified.events,
            verified.checkpoints,
            verified.anchored,
            verified.unsigned
        );
    }
    Ok(verified.map(drop))
}

fn as_json(verified: &Verified) -> Value {
    json!({
        "ok": true,
        "ledger": hex(&verified.ledger),
        "segments": verified.segments,
        "records": verified.records,
        "events": verified.events,
        "checkpoints": verified.checkpoints,
        "anchored": verified.anchored,
        "unsigned": verified.unsigned,
        "keys": verified.keys.iter().map(public_text).collect::<Vec<_>>(),
    })
}

fn filter(chosen: &Chosen) -> Result<Filter, Failure> {
    let moment = |text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => time::parse(text).map(Some).ok_or_else(|| {
            Failure(format!("`{text}` is no time: write 2026-11-28, or 2026-11-28T22:49:01Z"))
        }),
    };
    Ok(Filter {
        from_us: moment(&chosen.from)?,
        until_us: moment(&chosen.until)?,
        actor: chosen.actor.clone(),
        tenant: chosen.tenant.clone(),
        table: chosen.table.clone(),
        seq: None,
    })
}

fn show(ledger: &Ledgers, chosen: &Chosen) -> Answer {
    let filter = filter(chosen)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let verified = verify::read(&ledger.dir, &keys(ledger)?, &known(ledger)?, &mut |_, _, record| {
        if filter.admits(record) {
            writeln!(out, "{}", line(record)).map_err(|error| Error::Io("the output".into(), error))?;
        }
        Ok(())
    });
    out.flush()?;
    Ok(verified.map(drop))
}

/// An event in a line: what stands there for people first, then the rest of it.
fn line(record: &Record<'_>) -> String {
    let event = serde_json::from_slice::<Value>(record.payload).ok().filter(|_| record.kind == Kind::Event);
    let text = event.map_or_else(|| format!("{} bytes", record.payload.len()), |event| event.to_string());
    format!("{:>8}  {}  {text}", record.seq, time::text(record.time_us))
}

fn export(ledger: &Ledgers, chosen: &Chosen, format: Evidence, out: Option<&Path>) -> Answer {
    let form = match format {
        Evidence::Jsonl => Form::JsonLines,
        Evidence::Csv => Form::Csv,
    };
    let mut to: Box<dyn Write> = match out {
        Some(path) => {
            Box::new(File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut buffered = BufWriter::new(&mut to);
    let done =
        evidence::export(&ledger.dir, &keys(ledger)?, &known(ledger)?, &filter(chosen)?, form, &mut buffered);
    buffered.flush()?;
    Ok(done.map(drop))
}

fn prove(ledger: &Ledgers, seq: Option<u64>, since: Option<u64>) -> Answer {
    let (keys, known) = (keys(ledger)?, known(ledger)?);
    let mut out = Vec::new();
    if let Some(seq) = seq {
        let filter = Filter { seq: Some(seq), ..Filter::default() };
        match evidence::export(&ledger.dir, &keys, &known, &filter, Form::JsonLines, &mut out) {
            Ok((_, 0)) => return Ok(Err(Error::NoRecord(seq))),
            Ok(_) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    if let Some(since) = since {
        let (earlier, later, proof) = match evidence::consistency(&ledger.dir, &keys, since) {
            Ok(proof) => proof,
            Err(error) => return Ok(Err(error)),
        };
        writeln!(out, "{}", proof.to_json(&earlier, &later))?;
    }
    std::io::stdout().lock().write_all(&out)?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use airc::codes::audit;
    use sqlx_kernel_audit::Flaw;

    #[test]
    fn codes_of_flaws_are_those_that_have_pages() {
        let flaws = Flaw::ALL.map(Flaw::code);
        let table = audit::ALL.iter().map(|(code, _)| code.0).filter(|code| *code > "A0100");
        assert!(table.eq(flaws));
    }
}
