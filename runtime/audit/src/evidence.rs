//! Evidence: records with proofs, for people who have the public key and not the ledger.
//!
//! A ledger is verified as a whole before anything of it is given out. What is behind its last checkpoint has no proof
//! yet and is left out.

use crate::format::{Checkpoint, Kind, Record};
use crate::keys::public_text;
use crate::merkle::{Hash, leaf};
use crate::proof::{Consistency, Inclusion, Prover, Step};
use crate::report::Error;
use crate::time;
use crate::verify::{Verified, read, verify};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Which events; what is not said admits all.
#[derive(Clone, Default, Debug)]
pub struct Filter {
    /// From this microsecond on.
    pub from_us: Option<u64>,
    /// Before this microsecond.
    pub until_us: Option<u64>,
    /// Of this actor.
    pub actor: Option<String>,
    /// Of this tenant.
    pub tenant: Option<String>,
    /// About this table: it is in the array `tables`, or a word of `summary`.
    pub table: Option<String>,
    /// The record of this number, of whatever kind.
    pub seq: Option<u64>,
}

impl Filter {
    /// True if the record is asked for. An event that is no JSON has no actor, tenant or table.
    pub fn admits(&self, record: &Record<'_>) -> bool {
        if let Some(seq) = self.seq {
            return record.seq == seq;
        }
        let in_time = self.from_us.is_none_or(|from| record.time_us >= from)
            && self.until_us.is_none_or(|until| record.time_us < until);
        if record.kind != Kind::Event || !in_time {
            return false;
        }
        if self.actor.is_none() && self.tenant.is_none() && self.table.is_none() {
            return true;
        }
        let Ok(event) = serde_json::from_slice::<Value>(record.payload) else { return false };
        let is = |name: &str, wanted: &Option<String>| {
            wanted.is_none() || event[name].as_str() == wanted.as_deref()
        };
        let about = self.table.as_deref().is_none_or(|table| {
            let named = |name: &Value| name.as_str() == Some(table);
            event["tables"].as_array().is_some_and(|tables| tables.iter().any(named))
                || event["summary"]
                    .as_str()
                    .is_some_and(|summary| summary.split(' ').any(|word| word == table))
        });
        is("actor", &self.actor) && is("tenant", &self.tenant) && about
    }
}

/// Form of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A line for the ledger, then for each segment its checkpoint and the events that it proves.
    JsonLines,
    /// A line of names, then a line for each event with its proof and checkpoint.
    Csv,
}

/// What is given out of a segment.
struct Part {
    head: Vec<u8>,
    leaves: Vec<Hash>,
    checkpoint: Option<Checkpoint>,
    selected: Vec<(u64, Vec<u8>)>,
}

/// Goes through the segments; `select` says which records are kept.
fn parts(
    dir: &Path,
    trusted: &[VerifyingKey],
    known: &[Checkpoint],
    select: &dyn Fn(&Record<'_>) -> bool,
    each: &mut dyn FnMut(Part, Checkpoint) -> Result<(), Error>,
) -> Result<Verified, Error> {
    let mut part: Option<Part> = None;
    let mut give = |part: &mut Option<Part>| match part.take() {
        Some(mut part) => match part.checkpoint.take() {
            Some(checkpoint) => each(part, checkpoint),
            None => Ok(()),
        },
        None => Ok(()),
    };
    let verified = read(dir, trusted, known, &mut |_, index, record| {
        if record.kind == Kind::Head {
            give(&mut part)?;
            let head = record.body.to_vec();
            part = Some(Part { head, leaves: Vec::new(), checkpoint: None, selected: Vec::new() });
        }
        let Some(part) = &mut part else { return Ok(()) };
        part.leaves.push(leaf(record.body));
        if record.kind == Kind::Checkpoint {
            part.checkpoint = Checkpoint::read(record.body);
        }
        if select(record) {
            part.selected.push((index, record.body.to_vec()));
        }
        Ok(())
    })?;
    give(&mut part)?;
    Ok(verified)
}

/// Writes the events that the filter admits, each with its proof. Gives what was verified and how many were written.
pub fn export(
    dir: &Path,
    trusted: &[VerifyingKey],
    known: &[Checkpoint],
    filter: &Filter,
    form: Form,
    out: &mut dyn Write,
) -> Result<(Verified, u64), Error> {
    let verified = verify(dir, trusted, known)?;
    let mut count = 0;
    let mut writer = Rows { form, out };
    writer.begin(&verified)?;
    parts(dir, trusted, known, &|record| filter.admits(record), &mut |part, checkpoint| {
        let mut first = true;
        let prover = Prover::new(part.leaves, checkpoint);
        for (index, body) in &part.selected {
            let (Some(proof), Some(record)) = (prover.inclusion(*index), Record::read(body)) else {
                continue;
            };
            writer.row(&record, &proof, std::mem::take(&mut first))?;
            count += 1;
        }
        Ok(())
    })?;
    writer.out.flush().map_err(Error::io(Path::new("the output")))?;
    Ok((verified, count))
}

struct Rows<'a> {
    form: Form,
    out: &'a mut dyn Write,
}

impl Rows<'_> {
    fn begin(&mut self, verified: &Verified) -> Result<(), Error> {
        match self.form {
            Form::JsonLines => self.json(&json!({
                "type": "ledger",
                "format": crate::format::VERSION,
                "ledger": hex(&verified.ledger),
                "keys": verified.keys.iter().map(public_text).collect::<Vec<_>>(),
                "records": verified.records,
            })),
            Form::Csv => self.csv(&[
                "seq",
                "time",
                "segment",
                "index",
                "tenant",
                "actor",
                "evt",
                "event",
                "record",
                "proof",
                "checkpoint",
            ]),
        }
    }

    fn row(&mut self, record: &Record<'_>, proof: &Inclusion, first: bool) -> Result<(), Error> {
        let event = Some(record).filter(|record| record.kind == Kind::Event);
        let event: Value =
            event.and_then(|record| serde_json::from_slice(record.payload).ok()).unwrap_or(Value::Null);
        let (bytes, path) = (BASE64_STANDARD.encode(record.body), BASE64_STANDARD.encode(proof.path_bytes()));
        let checkpoint = &proof.checkpoint;
        let signed = BASE64_STANDARD.encode(checkpoint.body());
        let time = time::text(record.time_us);
        match self.form {
            Form::JsonLines => {
                if first {
                    self.json(&json!({
                        "type": "checkpoint",
                        "seq": checkpoint.seq,
                        "segment": checkpoint.segment,
                        "size": checkpoint.size,
                        "time": time::text(checkpoint.time_us),
                        "record": signed,
                    }))?;
                }
                self.json(&json!({
                    "type": record.kind.word(),
                    "seq": record.seq,
                    "time": time,
                    "segment": checkpoint.segment,
                    "index": proof.index,
                    "event": event,
                    "record": bytes,
                    "proof": path,
                }))
            }
            Form::Csv => {
                let word = |name: &str| event[name].as_str().unwrap_or_default();
                let text = if event.is_null() { String::new() } else { event.to_string() };
                let numbers = [record.seq, checkpoint.segment, proof.index].map(|number| number.to_string());
                let [seq, segment, index] = &numbers;
                let (tenant, actor, evt) = (word("tenant"), word("actor"), word("evt"));
                self.csv(&[seq, &time, segment, index, tenant, actor, evt, &text, &bytes, &path, &signed])
            }
        }
    }

    fn json(&mut self, line: &Value) -> Result<(), Error> {
        writeln!(self.out, "{line}").map_err(Error::io(Path::new("the output")))
    }

    fn csv(&mut self, fields: &[&str]) -> Result<(), Error> {
        let mut writer = csv::WriterBuilder::new().from_writer(&mut *self.out);
        let written = writer.write_record(fields).map_err(std::io::Error::from);
        written.and_then(|()| writer.flush()).map_err(Error::io(Path::new("the output")))
    }
}

/// The body of a record and the proof that it is in the ledger.
pub fn inclusion(dir: &Path, trusted: &[VerifyingKey], seq: u64) -> Result<(Vec<u8>, Inclusion), Error> {
    let mut found = None;
    parts(dir, trusted, &[], &|record| record.seq == seq, &mut |part, checkpoint| {
        if let [(index, body)] = part.selected.as_slice() {
            let proof = Prover::new(part.leaves, checkpoint).inclusion(*index);
            found = proof.map(|proof| (body.clone(), proof));
        }
        Ok(())
    })?;
    found.ok_or(Error::NoRecord(seq))
}

/// The proof that the last checkpoint contains everything that the checkpoint `seq` does, with both.
pub fn consistency(
    dir: &Path,
    trusted: &[VerifyingKey],
    seq: u64,
) -> Result<(Checkpoint, Checkpoint, Consistency), Error> {
    let mut earlier = None;
    let mut steps: Vec<Step> = Vec::new();
    parts(dir, trusted, &[], &|record| record.seq == seq, &mut |part, checkpoint| {
        let here = part.selected.first().and_then(|(_, body)| Checkpoint::read(body));
        let prover = Prover::new(part.leaves, checkpoint.clone());
        if let Some(here) = here {
            steps.extend(prover.consistency(&here).map(|extension| Step {
                head: None,
                extension,
                checkpoint,
            }));
            earlier = Some(here);
        } else if earlier.is_some() {
            let head = prover.inclusion(0).map(|proof| (part.head, proof.path));
            steps.push(Step { head, extension: Vec::new(), checkpoint });
        }
        Ok(())
    })?;
    match (earlier, steps.last().map(|step| step.checkpoint.clone())) {
        (Some(earlier), Some(later)) => Ok((earlier, later, Consistency { steps })),
        _ => Err(Error::NoRecord(seq)),
    }
}

impl Consistency {
    /// As a line for people and programs; bytes are base64.
    pub fn to_json(&self, earlier: &Checkpoint, later: &Checkpoint) -> Value {
        let bytes = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| {
                let checkpoint = bytes(step.checkpoint.body());
                match &step.head {
                    Some((head, path)) => {
                        json!({ "head": bytes(head), "proof": bytes(&path.concat()), "checkpoint": checkpoint })
                    }
                    None => json!({ "extension": bytes(&step.extension.concat()), "checkpoint": checkpoint }),
                }
            })
            .collect();
        json!({
            "type": "consistency",
            "earlier": bytes(earlier.body()),
            "later": bytes(later.body()),
            "steps": steps,
        })
    }
}

/// Bytes as digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
