//! Archives that come back, that were spoilt, that were never ours, and one made while others write.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use balmer_core::{engine::Unobserved, pipeline::PipelineSpec};
use balmer_exchange::api::RunStatus;

use super::*;
use crate::storage::{
    LabelInput, OwnedRun, Reject, Result, Store, StoreError, WriteOptions,
    test_spectra::{numbered, numbered_one},
};

fn label(i: usize) -> LabelInput {
    LabelInput {
        spectrum_id: format!("s{i:05}"),
        label: Some("be".to_owned()),
        author: "me".to_owned(),
        ..LabelInput::default()
    }
}

/// Two surveys, one with labels and rejects, and a run that is done.
fn full(folder: &Path) -> Store {
    let store = Store::open_or_create(folder).unwrap();
    for name in ["lamost", "other"] {
        let options = WriteOptions { part_spectra: 4, ..WriteOptions::default() };
        let mut writer = store.writer(name, options).unwrap();
        for spectrum in numbered(11) {
            writer.push(spectrum).unwrap();
        }
        writer.reject(Reject { source: "x".into(), reason: "not-fits".into(), detail: "no".into() });
        writer.commit().unwrap();
    }
    let labels = store.survey("lamost").unwrap().labels();
    labels.declare_classes(&["be".to_owned()]).unwrap();
    labels.give(&[label(1), label(2)]).unwrap();
    store.survey("lamost").unwrap().make_subset("island", vec!["s00003".to_owned()]).unwrap();
    let run = begun(&store);
    fs::write(run.run().folder().join("candidates.parquet"), [7; 3000]).unwrap();
    fs::write(run.run().folder().join("neighbors.partial"), "for a search that goes on").unwrap();
    run.finish(RunStatus::Cancelled, None).unwrap();
    store
}

fn begun(store: &Store) -> OwnedRun {
    let condition =
        store.survey("lamost").unwrap().subsets().get("island").ok().map(|_| "in_subset('island')".to_owned());
    let mut run = store.create_run(&PipelineSpec { r#where: condition, ..PipelineSpec::new("lamost") }).unwrap();
    run.start("cpu".to_owned()).unwrap();
    run
}

/// Every file below a folder that a backup is to bring back.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &name, found);
            } else if !["lock", "partial"]
                .into_iter()
                .any(|ending| entry.path().extension().is_some_and(|e| e == ending))
            {
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

fn restored(archive: &[u8], options: &RestoreOptions) -> (tempfile::TempDir, Result<RestoreReport>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let report = restore(&store, archive, Path::new("a.tar"), None, options, &Unobserved);
    (folder, report)
}

fn refused(archive: &[u8]) -> String {
    let (folder, report) = restored(archive, &RestoreOptions::default());
    let message = report.expect_err("this archive must be refused").to_string();
    assert_eq!(tree(folder.path()), BTreeMap::new(), "nothing may be in place or left over: {message}");
    message
}

/// Where the content of each entry lies.
fn entries(archive: &[u8]) -> Vec<(String, usize, usize)> {
    let mut tar = tar::Archive::new(archive);
    let entry = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        (name, entry.raw_file_position() as usize, entry.size() as usize)
    };
    tar.entries().unwrap().map(entry).collect()
}

#[test]
fn everything_comes_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let store = full(&folder.path().join("data"));
    let mut sizes = Vec::new();
    for name in ["all.tar", "all.tar.gz", "all.TGZ"] {
        let path = folder.path().join(name);
        let about = backup_to_file(&store, &path, &Unobserved).unwrap();
        assert_eq!((about.units.len(), about.left_out), (3, vec![]));
        let archive = fs::read(&path).unwrap();
        sizes.push(archive.len());
        let (copy, report) = restored(&archive, &RestoreOptions::default());
        let report = report.unwrap();
        assert_eq!(report.restored, about.units);
        assert_eq!(tree(copy.path()), tree(store.root()));
        assert_eq!(report.files as usize, tree(copy.path()).len());
        let copy = Store::open(copy.path()).unwrap();
        assert_eq!(copy.survey("lamost").unwrap().labels().current().unwrap().len(), 2);
        assert_eq!(copy.survey("other").unwrap().select(None).unwrap().len(), 11);
        assert_eq!(copy.runs().unwrap(), store.runs().unwrap());
    }
    assert!(sizes[1] < sizes[0] / 2, "{sizes:?}");
    let left_over = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left_over, 4, "the data and three archives");
}

#[test]
fn what_is_under_way_is_left_out_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = full(folder.path());
    let running = begun(&store);
    let queued = store.create_run(&PipelineSpec::new("lamost")).unwrap();
    let dead = begun(&store).run().id().to_owned();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    writer.push(numbered_one(50)).unwrap();
    let _new = store.writer("new", WriteOptions::default()).unwrap();
    // a label that was not written to its end
    let labels = store.survey("lamost").unwrap().folder().join("labels.jsonl");
    let whole = fs::read(&labels).unwrap();
    fs::write(&labels, [&whole, &b"{\"number\":3,\"spec"[..]].concat()).unwrap();

    let mut archive = Vec::new();
    let about = backup_to_writer(&store, &mut archive, &Unobserved).unwrap();
    let reason = |name: &str| about.left_out.iter().find(|l| l.unit.name == name).unwrap().reason.clone();
    assert_eq!(reason(running.run().id()), "it is running");
    assert_eq!(reason(queued.run().id()), "it is queued");
    assert!(reason("lamost").contains("11 spectra"), "{}", reason("lamost"));
    assert!(reason("new").contains("nothing"), "{}", reason("new"));
    assert_eq!(about.left_out.len(), 4);
    let (copy, report) = restored(&archive, &RestoreOptions::default());
    report.unwrap();
    let copy = Store::open(copy.path()).unwrap();
    assert_eq!(copy.survey("lamost").unwrap().count(), 11);
    assert_eq!(fs::read(copy.survey("lamost").unwrap().folder().join("labels.jsonl")).unwrap(), whole);
    assert_eq!(copy.run(&dead).unwrap().state().unwrap().status, RunStatus::Failed, "it was interrupted before");
    assert_eq!(copy.runs().unwrap().len(), 2);
}

#[test]
fn a_changed_byte_is_refused_by_the_name_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = Vec::new();
    backup_to_writer(&full(folder.path()), &mut archive, &Unobserved).unwrap();
    let all = entries(&archive);
    assert!(all.iter().any(|(name, ..)| name == "surveys/lamost/parts/000003/spectra.parquet"), "{all:?}");
    assert_eq!(all.last().unwrap().0, "SHA256SUMS");
    for (name, at, size) in all {
        archive[at + size / 2] ^= 1;
        let message = refused(&archive);
        assert!(message.contains(&name), "{name}: {message}");
        archive[at + size / 2] ^= 1;
    }
    // anywhere: either it is noticed, or it changes nothing
    for at in (0..archive.len()).step_by(archive.len() / 61) {
        archive[at] ^= 0x10;
        let (copy, report) = restored(&archive, &RestoreOptions::default());
        assert_eq!(tree(copy.path()), if report.is_ok() { tree(folder.path()) } else { BTreeMap::new() }, "byte {at}");
        archive[at] ^= 0x10;
    }
}

#[test]
fn an_archive_that_was_cut_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = full(&folder.path().join("data"));
    let (mut plain, zipped) = (Vec::new(), folder.path().join("all.tgz"));
    backup_to_writer(&store, &mut plain, &Unobserved).unwrap();
    backup_to_file(&store, &zipped, &Unobserved).unwrap();
    let (_, last, size) = entries(&plain).pop().unwrap();
    for cut in (0..last + size).step_by(plain.len() / 37).chain([last, last + size - 1]) {
        let message = refused(&plain[..cut]);
        assert!(message.contains("a.tar is damaged"), "{message}");
    }
    assert!(refused(&plain[..last - 512]).contains("cut off"));
    let zipped = fs::read(&zipped).unwrap();
    for cut in (0..zipped.len()).step_by(zipped.len() / 17).chain([zipped.len() - 1]) {
        refused(&zipped[..cut]);
    }
}

/// An archive of one entry, whose name nobody checked.
fn forged(name: &str, kind: tar::EntryType) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(4);
    header.set_mode(0o644);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, &b"evil"[..]).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn no_entry_leaves_the_data_directory() {
    let file = tar::EntryType::Regular;
    for name in [
        "../evil",
        "/tmp/evil",
        "evil",
        "surveys/evil",
        "surveys/../evil",
        "surveys/x/../../evil",
        "surveys/x/..",
        "surveys/.restore/evil",
        "surveys/x/.evil",
        "surveys/x//evil",
        "surveys/x\\..\\evil/a",
        "surveys/x/C:evil",
        "./surveys/x/evil",
        "runs/x/",
        "jobs.sqlite",
    ] {
        let message = refused(&forged(name, file));
        assert!(message.contains("is no entry of a backup"), "{name}: {message}");
    }
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::GNULongName,
        tar::EntryType::XHeader,
        tar::EntryType::GNUSparse,
    ] {
        assert!(refused(&forged("surveys/x/parts", kind)).contains("is no entry of a backup"), "{kind:?}");
    }
    assert!(refused(&forged("surveys/x/manifest.json", file)).contains("without SHA256SUMS"));
    assert!(refused(b"no archive at all").contains("is damaged"));
    assert!(refused(b"").contains("without SHA256SUMS"));
}

#[test]
fn what_is_in_place_is_never_touched() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = Vec::new();
    backup_to_writer(&full(&folder.path().join("data")), &mut archive, &Unobserved).unwrap();
    let store = Store::open_or_create(folder.path().join("mine")).unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    writer.push(numbered_one(0)).unwrap();
    writer.commit().unwrap();
    drop(writer);
    let before = tree(store.root());
    let back = |only: &[&str], skip_existing| {
        let only = only.iter().map(ToString::to_string).collect();
        restore(&store, &*archive, Path::new("a.tar"), None, &RestoreOptions { only, skip_existing }, &Unobserved)
    };
    let message = back(&[], false).unwrap_err().to_string();
    assert!(message.contains("survey lamost exists already") && message.contains("--skip-existing"), "{message}");
    let message = back(&["othr"], false).unwrap_err().to_string();
    assert!(message.contains("did you mean `other`"), "{message}");
    assert_eq!(tree(store.root()), before);

    let unit = |name: &str| Unit::new(Kind::Survey, name);
    let report = back(&["other"], false).unwrap();
    assert_eq!((report.restored, report.skipped), (vec![unit("other")], vec![]));
    assert_eq!(store.survey("other").unwrap().count(), 11);
    let report = back(&[], true).unwrap();
    assert_eq!((report.restored.len(), report.skipped), (1, vec![unit("lamost"), unit("other")]));
    assert_eq!(store.survey("lamost").unwrap().count(), 1);
}

/// The archive without the entries of which `drops` says so, and without such lines of its list.
fn without(archive: &[u8], drops: &dyn Fn(&str) -> bool, sums: &dyn Fn(&str) -> bool) -> Vec<u8> {
    let mut made = tar::Builder::new(Vec::new());
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let (name, mut header) = (entry.path().unwrap().to_string_lossy().into_owned(), entry.header().clone());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == SUMS {
            let text = String::from_utf8(bytes).unwrap();
            bytes = text.lines().filter(|line| !sums(line)).fold(String::new(), |all, line| all + line + "\n").into();
            header.set_size(bytes.len() as u64);
            header.set_cksum();
        }
        if !drops(&name) {
            made.append(&header, &*bytes).unwrap();
        }
    }
    made.into_inner().unwrap()
}

#[test]
fn a_list_that_does_not_fit_its_files_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = Vec::new();
    backup_to_writer(&full(folder.path()), &mut archive, &Unobserved).unwrap();
    let part = "surveys/other/parts/000002/inputs.parquet";
    assert!(refused(&without(&archive, &|name| name == part, &|_| false)).contains(&format!("lacks {part}")));
    assert!(refused(&without(&archive, &|_| false, &|line| line.ends_with(part))).contains("does not list"));
    let message = refused(&without(&archive, &|name| name == part, &|line| line.ends_with(part)));
    assert!(message.contains(&format!("lacks {part}")), "{message}");
    assert!(refused(&without(&archive, &|name| name == ABOUT, &|l| l.ends_with(ABOUT))).contains("what it is"));
    let twice = [&without(&archive, &|name| name == SUMS, &|_| false)[..], &archive].concat();
    // the end of the first archive is the end for any tar
    assert!(refused(&twice).contains("without SHA256SUMS"));
}

#[test]
fn a_backup_made_while_others_write_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = full(folder.path());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
            for i in 100.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                writer.push(numbered_one(i)).unwrap();
                writer.reject(Reject { source: format!("{i}"), reason: "not-fits".into(), detail: "no".into() });
                writer.commit().unwrap();
                store.survey("lamost").unwrap().labels().give(&[label(i)]).unwrap();
                begun(&store).finish(RunStatus::Cancelled, None).unwrap();
            }
        });
        for _ in 0..8 {
            let mut archive = Vec::new();
            backup_to_writer(&store, &mut archive, &Unobserved).unwrap();
            let (copy, report) = restored(&archive, &RestoreOptions::default());
            report.unwrap();
            let copy = Store::open(copy.path()).unwrap();
            let survey = copy.survey("lamost").unwrap();
            assert_eq!(survey.ids_where(None).unwrap().len() as u64, survey.count());
            assert_eq!(survey.rejects().unwrap().len() as u64, survey.manifest().rejects);
            let labels = survey.labels().current().unwrap();
            let (_, unknown) = survey.rows_of(labels.iter().map(|l| l.spectrum_id.as_str())).unwrap();
            assert_eq!(unknown, Vec::<String>::new());
            assert!(copy.runs().unwrap().iter().all(|run| run.status == RunStatus::Cancelled));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_restore_that_was_killed_leaves_nothing_for_good_and_two_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = Vec::new();
    backup_to_writer(&full(&folder.path().join("data")), &mut archive, &Unobserved).unwrap();
    let store = Store::open_or_create(folder.path().join("mine")).unwrap();
    let left_over = store.root().join("surveys/.restore/lamost/parts");
    fs::create_dir_all(&left_over).unwrap();
    fs::write(left_over.join("half"), "a").unwrap();
    let back = || restore(&store, &*archive, Path::new("-"), None, &RestoreOptions::default(), &Unobserved);
    {
        let _lock = crate::storage::durable::Lock::acquire(&store.root().join("restore.lock"), "x").unwrap();
        assert!(matches!(back(), Err(StoreError::Locked { .. })));
    }
    back().unwrap();
    assert_eq!(tree(store.root()), tree(&folder.path().join("data")));
    assert!(!store.root().join("surveys/.restore").exists());
}
