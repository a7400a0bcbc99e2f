//! Speed side by side: parsers and translators on the same statements, in one process, in interleaved rounds.
//!
//! ```text
//! cargo bench                           # everything; about five minutes
//! cargo bench -- parse tpcds oltp_10k   # one table, some inputs
//! cargo bench -- translate oltp_10k
//! cargo bench -- growth                 # nanoseconds per byte at 1, 4 and 16 times the size
//! cargo bench -- allocations            # per statement, after warm-up
//! cargo bench -- peak                   # resident memory, each contestant in a process of its own
//! ```
//!
//! A ratio is the median over rounds of (their time / our time in the same round), so a neighbour that
//! slows the machine down slows both.

mod inputs;
mod peers;
mod sqlglot;

use inputs::Input;
use peers::Contestant;
use sqlglot::Sqlglot;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::io::Write;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Rounds per measurement; odd, so that the median is one of them.
const ROUNDS: usize = 7;
/// Each round lasts at least this long, in seconds, per contestant.
const ROUND_SECONDS: f64 = 0.06;
/// Longer inputs are cut to this many bytes for sqlglot, in whole statements.
const SQLGLOT_BYTES: usize = 400_000;

fn main() {
    // Cargo passes `--bench` to bench targets.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // Nested inputs make recursive peers and our own walks want more stack than a main thread has.
    let worker = std::thread::Builder::new().stack_size(1 << 30).spawn(move || run(&arguments));
    let outcome = worker
        .map_err(|e| e.to_string())
        .and_then(|worker| worker.join().map_err(|_| "the bench panicked".to_owned()));
    if let Err(why) = outcome.and_then(|outcome| outcome) {
        eprintln!("airc-bench: {why}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("all", &[][..]),
    };
    let chosen = |default: &[&str]| -> Vec<String> {
        if rest.is_empty() { default.iter().map(|name| (*name).to_owned()).collect() } else { rest.to_vec() }
    };
    match task {
        "all" => {
            parse(&chosen(&inputs::NAMES))?;
            translate(&chosen(&TRANSLATED))?;
            growth()?;
            allocations(&chosen(&["tpcds", "oltp_10k", "insert_multi_10m"]))?;
            peak(&chosen(&["insert_single_10m", "insert_multi_10m", "inlist_1m"]))
        }
        "parse" => parse(&chosen(&inputs::NAMES)),
        "translate" => translate(&chosen(&TRANSLATED)),
        "growth" => growth(),
        "allocations" => allocations(&chosen(&["tpcds", "oltp_10k", "insert_multi_10m"])),
        "peak" => peak(&chosen(&["insert_single_10m", "insert_multi_10m", "inlist_1m"])),
        "peak-of" => peak_of(rest),
        _ => {
            Err(format!("no task is called `{task}`; known are parse, translate, growth, allocations, peak"))
        }
    }
}

/// What is translated by default.
const TRANSLATED: [&str; 7] =
    ["tpch", "tpcds", "oltp_10k", "insert_multi_10m", "insert_single_10m", "inlist_1m", "or_chain_10k"];

/// One contestant's measurement.
struct Measured {
    name: String,
    good: usize,
    /// Seconds of one pass, by round.
    rounds: Vec<f64>,
}

impl Measured {
    fn seconds(&self) -> f64 {
        median(&self.rounds)
    }

    /// Median of the quotients per round.
    fn times(&self, ours: &Measured) -> f64 {
        let quotients: Vec<f64> =
            self.rounds.iter().zip(&ours.rounds).map(|(their, our)| their / our).collect();
        median(&quotients)
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn pass(contestant: &mut Contestant, input: &Input) -> usize {
    input.statements.iter().filter(|statement| (contestant.work)(statement)).count()
}

/// Interleaved rounds over all contestants; those that manage no statement are left out.
fn measure(contestants: &mut [Contestant], input: &Input) -> Vec<Measured> {
    let mut plans: Vec<(usize, usize, Measured)> = Vec::new();
    for (i, contestant) in contestants.iter_mut().enumerate() {
        pass(contestant, input); // warm-up: tables built lazily, buffers grown
        let start = Instant::now();
        let good = pass(contestant, input);
        let once = start.elapsed().as_secs_f64().max(1e-9);
        let repetitions = ((ROUND_SECONDS / once).ceil() as usize).clamp(1, 100_000);
        plans.push((i, repetitions, Measured { name: contestant.name.to_owned(), good, rounds: Vec::new() }));
    }
    plans.retain(|(_, _, measured)| measured.good > 0);
    for _ in 0..ROUNDS {
        for (i, repetitions, measured) in &mut plans {
            let start = Instant::now();
            for _ in 0..*repetitions {
                pass(&mut contestants[*i], input);
            }
            measured.rounds.push(start.elapsed().as_secs_f64() / *repetitions as f64);
        }
    }
    plans.into_iter().map(|(_, _, measured)| measured).collect()
}

fn report(input: &Input, all: &[Measured]) {
    let ours = all.iter().find(|measured| measured.name == "airc");
    let (bytes, statements) = (input.bytes() as f64, input.statements.len());
    for measured in all {
        let seconds = measured.seconds();
        let times = ours.map_or("-".to_owned(), |ours| format!("{:.2}", measured.times(ours)));
        println!(
            "| {} | {} | {}/{statements} | {:.1} | {:.0} | {:.2} | {times} |",
            input.name,
            measured.name,
            measured.good,
            bytes / seconds / 1e6,
            statements as f64 / seconds,
            1e9 * seconds / bytes,
        );
    }
    let _ = std::io::stdout().flush();
}

const HEAD: &str = "| input | who | good | MB/s | statements/s | ns/byte | airc is so many times as fast |\n|---|---|---|---|---|---|---|";

fn parse(names: &[String]) -> Result<(), String> {
    println!("\n## Text to syntax tree (PostgreSQL grammar; airc with spans and comments)\n{HEAD}");
    let mut contestants = peers::parsers();
    for name in names {
        let input = inputs::load(name)?;
        let measured = measure(&mut contestants, &input);
        report(&input, &measured);
    }
    Ok(())
}

fn translate(names: &[String]) -> Result<(), String> {
    println!("\n## MySQL to PostgreSQL (airc binds and types against a schema)\n{HEAD}");
    let mut child = Sqlglot::start().map_err(|why| eprintln!("{why}")).ok();
    for name in names {
        let input = inputs::load(name)?;
        let mut contestants = peers::translators(&inputs::schema(name)?);
        let measured = measure(&mut contestants, &input);
        report(&input, &measured);
        if let Some(child) = &mut child {
            report_sqlglot(child, &mut contestants[..1], &input)?;
        }
    }
    Ok(())
}

/// sqlglot in its own process, our rounds interleaved with its rounds.
fn report_sqlglot(child: &mut Sqlglot, ours: &mut [Contestant], input: &Input) -> Result<(), String> {
    let mut size = 0;
    let statements: Vec<String> = input
        .statements
        .iter()
        .take_while(|statement| {
            let fits = size < SQLGLOT_BYTES;
            size += statement.len();
            fits
        })
        .cloned()
        .collect();
    let cut = Input { name: input.name.clone(), statements };
    let path = std::env::temp_dir().join(format!("airc-bench-{}-{}.json", std::process::id(), input.name));
    std::fs::write(&path, serde_json::to_string(&cut.statements).map_err(|e| e.to_string())?)
        .map_err(|e| e.to_string())?;
    let mut our = Measured { name: "airc".to_owned(), good: 0, rounds: Vec::new() };
    let mut their = Measured { name: child.version.clone(), good: 0, rounds: Vec::new() };
    let outcome = (|| {
        child.run("translate", 1, &path)?;
        let start = Instant::now();
        our.good = pass(&mut ours[0], &cut);
        let repetitions =
            ((ROUND_SECONDS / start.elapsed().as_secs_f64().max(1e-9)).ceil() as usize).clamp(1, 100_000);
        for _ in 0..3 {
            let start = Instant::now();
            for _ in 0..repetitions {
                pass(&mut ours[0], &cut);
            }
            our.rounds.push(start.elapsed().as_secs_f64() / repetitions as f64);
            let (seconds, good) = child.run("translate", 1, &path)?;
            their.rounds.push(seconds);
            their.good = good;
        }
        Ok::<(), String>(())
    })();
    let _ = std::fs::remove_file(&path);
    outcome?;
    if their.good > 0 && our.good > 0 {
        let times = their.times(&our);
        println!(
            "| {} | {} | {}/{} | {:.2} | {:.0} | {:.1} | {times:.1} |",
            cut.name,
            their.name,
            their.good,
            cut.statements.len(),
            cut.bytes() as f64 / their.seconds() / 1e6,
            cut.statements.len() as f64 / their.seconds(),
            1e9 * their.seconds() / cut.bytes() as f64,
        );
    }
    Ok(())
}

fn growth() -> Result<(), String> {
    println!(
        "\n## Growth: ns per byte of one INSERT of 64 KB, 256 KB, 1 MB\n| who | x1 | x4 | x16 | x16 / x1 |\n|---|---|---|---|---|"
    );
    let sizes: Vec<Input> = ["grow_insert_1", "grow_insert_4", "grow_insert_16"]
        .into_iter()
        .map(inputs::load)
        .collect::<Result<_, _>>()?;
    let schema = inputs::schema("grow_insert_1")?;
    for (what, mut contestants) in [("parse", peers::parsers()), ("translate", peers::translators(&schema))] {
        let measured: Vec<Vec<Measured>> =
            sizes.iter().map(|input| measure(&mut contestants, input)).collect();
        for contestant in &contestants {
            let of = |i: usize| {
                let found = measured[i].iter().find(|measured| measured.name == contestant.name);
                found.map_or(f64::NAN, |measured| 1e9 * measured.seconds() / sizes[i].bytes() as f64)
            };
            println!(
                "| {what}: {} | {:.2} | {:.2} | {:.2} | {:.2} |",
                contestant.name,
                of(0),
                of(1),
                of(2),
                of(2) / of(0)
            );
        }
    }
    Ok(())
}

fn allocations(names: &[String]) -> Result<(), String> {
    println!(
        "\n## Allocations per statement, after warm-up\n| input | what | who | allocations | bytes |\n|---|---|---|---|---|"
    );
    for name in names {
        let input = inputs::load(name)?;
        let schema = inputs::schema(name)?;
        for (what, mut contestants) in
            [("parse", peers::parsers()), ("translate", peers::translators(&schema))]
        {
            for contestant in &mut contestants {
                if pass(contestant, &input) == 0 {
                    continue;
                }
                let region = Region::new(ALLOCATOR);
                pass(contestant, &input);
                let change = region.change();
                let statements = input.statements.len() as f64;
                println!(
                    "| {name} | {what} | {} | {:.2} | {:.0} |",
                    contestant.name,
                    (change.allocations + change.reallocations) as f64 / statements,
                    change.bytes_allocated as f64 / statements
                );
            }
        }
    }
    Ok(())
}

fn peak(names: &[String]) -> Result<(), String> {
    println!(
        "\n## Peak resident memory while the whole script is one text\n| input | who | MB | times the text |\n|---|---|---|---|"
    );
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    for name in names {
        for who in ["airc parse", "airc translate", "sqlparser", "polyglot", "turso_parser"] {
            let output = std::process::Command::new(&program)
                .args(["peak-of", name, who])
                .output()
                .map_err(|e| e.to_string())?;
            print!("{}", String::from_utf8_lossy(&output.stdout));
            if !output.status.success() {
                println!("| {name} | {who} | fails | |");
            }
        }
    }
    Ok(())
}

/// Child of [`peak`]: one pass of one contestant over the whole script, then the kernel's high-water mark above what
/// the process needed before.
fn peak_of(rest: &[String]) -> Result<(), String> {
    let [name, who] = rest else { return Err("peak-of INPUT WHO".to_owned()) };
    let script = inputs::load(name)?.script();
    let mut contestants = match who.as_str() {
        "airc translate" => peers::translators(&inputs::schema(name)?),
        _ => peers::parsers(),
    };
    let contestant = contestants
        .iter_mut()
        .find(|contestant| contestant.name == who.split(' ').next().unwrap_or_default())
        .ok_or("nobody of that name")?;
    // Forget the high-water mark of making the input up.
    std::fs::write("/proc/self/clear_refs", "5").map_err(|e| e.to_string())?;
    let before = resident()?;
    if !(contestant.work)(&script) {
        return Err(format!("{who} refuses the script"));
    }
    let grown = high_water()?.saturating_sub(before) as f64 + script.len() as f64;
    println!("| {name} | {who} | {:.1} | {:.2} |", grown / 1e6, grown / script.len() as f64);
    Ok(())
}

fn resident() -> Result<u64, String> {
    status("VmRSS:")
}

fn high_water() -> Result<u64, String> {
    status("VmHWM:")
}

/// A line of the kernel's account of this process, in bytes.
fn status(field: &str) -> Result<u64, String> {
    let text = std::fs::read_to_string("/proc/self/status").map_err(|e| e.to_string())?;
    let line = text.lines().find(|line| line.starts_with(field)).ok_or("no such field")?;
    let kilobytes =
        line.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok()).ok_or("no number")?;
    Ok(kilobytes * 1024)
}
