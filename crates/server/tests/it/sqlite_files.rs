//! The built binary on SQLite's file itself: absent where the tests run on PostgreSQL.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};

use rustix::process::{Signal, getuid};

use super::command::{Process, doctor, limited, run, salala, sentence};
use super::place::Place;

#[test]
fn a_full_disk_is_told_in_one_sentence_and_found_by_the_doctor() {
    let folder = Place::new();
    // No file may grow: what the system says then comes the same way as that the disk is full.
    let full = |arguments: &[&str], blocks: u32| {
        let by = format!("trap '' XFSZ && ulimit -f {blocks}");
        limited(&by, &salala(&folder, arguments, &[])).output().unwrap()
    };
    let told = sentence(&full(&["serve"], 0));
    assert!(told.contains("make DATA_DIR writable"), "{told}");
    std::fs::remove_dir_all(folder.path().join("data")).unwrap();
    let told = sentence(&full(&["serve"], 16));
    assert!(told.contains("salala.db cannot be used: "), "{told}");
    assert!(told.contains("the disk of DATA_DIR works and has room"), "{told}");
    let examined = full(&["doctor"], 0);
    assert_eq!(examined.status.code(), Some(1), "{examined:?}");
    let said = String::from_utf8(examined.stdout).unwrap();
    assert!(said.contains("problem  DATA_DIR ") && said.contains("and has room"), "{said}");
    // With room again it starts, on what the failed start left.
    assert_eq!(Process::start(&folder, &["serve"]).stop(Signal::TERM), Some(0));
}

#[test]
fn a_database_that_is_none_is_told_in_one_sentence() {
    let folder = Place::new();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/salala.db"), "no database at all".repeat(100)).unwrap();
    let output = run(&folder, &["serve"], &[]);
    assert!(sentence(&output).contains("salala.db"), "{output:?}");
}

#[test]
fn a_database_is_made_and_migrated_by_itself() {
    let folder = Place::new();
    for _ in 0..2 {
        let output = run(&folder, &["migrate"], &[]);
        assert!(output.status.success(), "{output:?}");
    }
    assert!(folder.path().join("data/salala.db").exists());
}

#[test]
fn a_restored_database_belongs_to_the_owner_of_its_folder() {
    let folder = Place::new();
    for arguments in [&["migrate"][..], &["backup", "copy.db"]] {
        assert!(run(&folder, arguments, &[]).status.success(), "{arguments:?}");
    }
    let data = folder.path().join("data");
    // Root may be the one who restores, though the server is another user; others are their own.
    let owner = if getuid().is_root() { 65_534 } else { getuid().as_raw() };
    chown(&data, Some(owner), None).unwrap();
    let output = run(&folder, &["restore", "--force", "copy.db"], &[]);
    assert!(output.status.success(), "{output:?}");
    let restored = std::fs::metadata(data.join("salala.db")).unwrap();
    assert_eq!((restored.uid(), restored.mode() & 0o777), (owner, 0o600));
}

#[test]
fn the_doctor_finds_a_sound_place_fine_and_a_running_server_too() {
    let folder = Place::new();
    let (code, said) = doctor(&folder, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the first start makes it"), "{said}");
    assert!(!folder.path().join("data").exists(), "it makes nothing");
    let server = Process::start(&folder, &["serve"]);
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let (code, said) = doctor(&folder, &[("PORT", &port), ("S3_BUCKIT", "attic")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("fine     a Salala answers on port {port}")), "{said}");
    assert!(said.contains("salala.db is whole"), "{said}");
    assert!(said.contains("warning  S3_BUCKIT is set, but"), "{said}");
    assert!(!said.contains("attic"), "{said}");
}

#[test]
fn the_doctor_says_how_to_mend_what_is_wrong() {
    let folder = Place::new();
    assert_eq!(run(&folder, &["migrate"], &[]).status.code(), Some(0));
    let database = folder.path().join("data/salala.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&database, bytes).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = doctor(
        &folder,
        &[("PORT", &port), ("CORS_ORIGIN", "*"), ("PUBLIC_URL", "https://chat.example.org")],
    );
    assert_eq!(code, Some(1), "{said}");
    for part in
        ["salala restore FILE", "taken by another program", "TRUSTED_PROXIES", "CORS_ORIGIN is *"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    for data_dir in ["/proc/self", "data/salala.db"] {
        let (code, said) = doctor(&folder, &[("DATA_DIR", data_dir)]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("problem  DATA_DIR {data_dir}")), "{said}");
    }
}
