//! Servers end with their fleet. A test program of its own: no other server runs in the process.

use airc_score::engines::{EngineKind, Fleet};

fn server_folders() -> usize {
    let ours = |name: &str| name.starts_with("airc-") && name.contains(&format!("-{}-", std::process::id()));
    let entries = std::fs::read_dir(std::env::temp_dir()).expect("the folder of temporary files");
    entries
        .filter(|entry| entry.as_ref().is_ok_and(|entry| ours(&entry.file_name().to_string_lossy())))
        .count()
}

#[test]
fn servers_end_with_their_fleet() {
    let fleet = Fleet::new();
    assert_eq!(server_folders(), 0, "nothing runs before it is needed");
    for kind in EngineKind::ALL {
        fleet.connect(kind, 0).expect("the engine starts");
    }
    assert_eq!(server_folders(), 2);
    drop(fleet);
    assert_eq!(server_folders(), 0, "the supervisor removes what the servers left");
}
