//! The shipped examples are what they claim to be: scripts that run on their own engine.

use airc_score::engines::{EngineKind, Fleet};
use std::fs::File;
use std::process::Stdio;

#[test]
fn the_shop_script_runs_on_mariadb_as_it_is() {
    let fleet = Fleet::new();
    let mut engine = fleet.connect(EngineKind::Mariadb, 0).expect("the engine starts");
    engine.reset().expect("the engine resets");
    let mut client = fleet.client(EngineKind::Mariadb, 0).expect("MariaDB has a client");
    let script = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/shop.mysql.sql"))
        .expect("the example is shipped");
    let output = client.stdin(script).stdout(Stdio::null()).output().expect("the client starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && words.is_empty(), "{words}");
}
