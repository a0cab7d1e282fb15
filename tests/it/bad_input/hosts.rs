//! Machines that refuse: ports in use, directories that cannot be written, disks that are full.

use std::{fs, net::TcpListener, path::Path, process::Command};

use crate::support::{Balmer, Failure};

#[test]
fn a_port_in_use_is_said() {
    let balmer = Balmer::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    balmer.fails(["serve", "--listen", &address]).says(&["cannot listen on", &address, "another port"]);
    balmer.fails(["serve", "--listen", "0.0.0.0:0"]).says(&["other machines", "127.0.0.1"]);
    assert_eq!(balmer.fails(["serve", "--listen", "localhost"]).code, 2);
}

#[test]
#[cfg(unix)]
fn a_read_only_data_directory_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let balmer = Balmer::new();
    balmer.survey("stars", 3, 0);
    let writable = fs::metadata(balmer.data_dir()).unwrap().permissions();
    for folder in [balmer.data_dir(), balmer.data_dir().join("surveys")] {
        fs::set_permissions(folder, PermissionsExt::from_mode(0o555)).unwrap();
    }
    let output = unprivileged(&balmer, &["ingest", "more", "stars-files"]).output().unwrap();
    Failure::of(&output).says(&["cannot be written", "--data-dir"]);
    let doctor = unprivileged(&balmer, &["doctor"]).output().unwrap();
    Failure::of(&doctor).says(&["cannot write to the data directory"]);
    let read = unprivileged(&balmer, &["spectra", "stars", "-o", "-"]).output().unwrap();
    assert!(read.status.success(), "reading needs no writing: {}", String::from_utf8_lossy(&read.stderr));
    for folder in [balmer.data_dir(), balmer.data_dir().join("surveys")] {
        fs::set_permissions(folder, writable.clone()).unwrap();
    }
}

/// A command that permissions bind: root, whom they do not, becomes `nobody`.
#[cfg(unix)]
fn unprivileged(balmer: &Balmer, arguments: &[&str]) -> Command {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    let mut command = balmer.command(arguments);
    if fs::File::create(balmer.data_dir().join("probe")).is_err() {
        return command;
    }
    fs::remove_file(balmer.data_dir().join("probe")).unwrap();
    // where nobody may reach it: the folder of the build may be root's own
    let program = balmer.path("balmer");
    if !program.exists() {
        let built = Path::new(command.get_program());
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
        fs::set_permissions(balmer.path("."), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let mut moved = Command::new(&program);
    moved.args(arguments).current_dir(balmer.path(".")).env("BALMER_DATA", balmer.data_dir());
    moved.uid(65534).gid(65534);
    std::mem::swap(&mut command, &mut moved);
    command
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_nothing_that_was_committed() {
    let balmer = Balmer::new();
    balmer.survey("stars", 5, 0);
    let before = fs::read(balmer.data_dir().join("surveys/stars/manifest.json")).unwrap();
    for i in 0..400 {
        use crate::support::spectra;
        balmer.file(&format!("more/s{i}.csv"), spectra::csv(&spectra::wavelengths(), &spectra::star(1000 + i), 4.0));
    }
    // a limit on the size of files is what a full disk looks like to a program
    let inner = balmer.command(["ingest", "stars", "more"]);
    let mut shell = Command::new("bash");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args());
    shell.current_dir(balmer.path(".")).env("BALMER_DATA", balmer.data_dir());
    Failure::of(&shell.output().unwrap()).says(&["disk full", "run the same command again"]);
    assert_eq!(fs::read(balmer.data_dir().join("surveys/stars/manifest.json")).unwrap(), before);
    assert_eq!(balmer.json(["spectra", "stars"])["matched"], 5, "what was committed is there");
    let report = balmer.json(["ingest", "stars", "more"]);
    assert_eq!((report["added"].as_u64(), report["total"].as_u64()), (Some(400), Some(405)));
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_cannot_be_written_leaves_the_old_one() {
    let balmer = Balmer::new();
    balmer.survey("stars", 3, 0);
    balmer
        .fails(["spectra", "stars", "--format", "csv", "-o", "/dev/full"])
        .says(&["/dev/full", "No space left on device"]);
    balmer.fails(["spectra", "stars", "-o", "nowhere/x.csv"]).says(&["nowhere/x.csv", "No such file"]);
}
