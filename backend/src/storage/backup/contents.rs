//! What is kept of a survey and of a run, as it is at one moment.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use balmer_exchange::api::RunStatus;

use super::{Kind, PART_FILES, Unit, is_plain};
use crate::storage::{Manifest, Result, Run, Store, StoreError, Survey, durable, durable::Lock};

/// Files of a run that say something to its process only.
const OF_A_PROCESS: [&str; 3] = ["run.lock", "cancel", "neighbors.partial"];
/// Files of a survey that say something to its writers only.
const LOCKS: [&str; 4] = ["survey.lock", "labels.lock", "subsets.lock", "families.lock"];
/// Folders of a survey that are looked at otherwise, or not: a cache.
const FOLDERS: [&str; 3] = ["parts", "metadata", "features"];

/// Where the bytes of an entry come from.
pub(super) enum Bytes {
    /// A snapshot in memory.
    Here(Vec<u8>),
    /// A file that was opened, so that it stays what it is when it is replaced.
    Open(File),
    /// A file that never changes.
    Closed,
}

/// A file to be saved.
pub(super) struct Saved {
    /// Its path in the archive.
    pub name: String,
    /// The file it stands for.
    pub path: PathBuf,
    /// How many bytes, from the first.
    pub len: u64,
    /// Where they come from.
    pub bytes: Bytes,
}

/// A survey or run at one moment.
pub(super) struct Snapshot {
    /// Its files.
    pub files: Vec<Saved>,
    /// What is missing of it.
    pub left_out: Vec<String>,
}

/// Ids of all runs, readable or not, oldest first.
pub(super) fn run_ids(store: &Store) -> Result<Vec<String>> {
    durable::folders_in(&store.root().join(Kind::Run.folder()))
}

/// Names of all surveys, and of folders in which nothing is committed.
pub(super) fn survey_names(store: &Store) -> Result<(Vec<String>, Vec<String>)> {
    let names = durable::folders_in(&store.root().join(Kind::Survey.folder()))?;
    Ok(names.into_iter().partition(|name| store.has_survey(name)))
}

/// A run that has ended; else why it is left out.
pub(super) fn run(store: &Store, id: &str) -> Result<Snapshot, String> {
    let text = |e: StoreError| e.to_string();
    let run: Run = store.run(id).map_err(|_| "it was deleted meanwhile".to_owned())?;
    let mut found = Snapshot { files: Vec::new(), left_out: Vec::new() };
    collect(run.folder(), &Unit::new(Kind::Run, id), "", &OF_A_PROCESS, &mut found).map_err(text)?;
    // the files are held by now: what begins after this does not change them
    let status = run.state().map_err(text)?.status;
    let owned = Lock::is_held(&run.folder().join("run.lock"));
    match status {
        RunStatus::Queued | RunStatus::Running => Err(format!("it is {status}")),
        _ if owned => Err("it is under way".to_owned()),
        RunStatus::Done | RunStatus::Failed | RunStatus::Cancelled | RunStatus::Archived => Ok(found),
    }
}

/// A survey as it is committed now.
pub(super) fn survey(store: &Store, name: &str) -> Result<Snapshot> {
    let unit = Unit::new(Kind::Survey, name);
    let folder = store.root().join(Kind::Survey.folder()).join(name);
    let mut found = Snapshot { files: Vec::new(), left_out: Vec::new() };
    // labels before the manifest: those of spectra that it does not name yet stay out
    collect(&folder, &unit, "", &LOCKS, &mut found)?;
    let survey = store.survey(name)?;
    let manifest = survey.manifest();
    found.files.retain(|file| file.path.file_name().is_some_and(|name| name != "manifest.json"));
    for file in &mut found.files {
        if file.path == folder.join("rejects.csv") {
            file.len = file.len.min(manifest.rejects_bytes);
        } else if file.path == folder.join("labels.jsonl") {
            file.len = whole_lines(file)?;
        }
    }
    add_parts(&survey, &unit, &mut found)?;
    let mut bytes = serde_json::to_vec_pretty(manifest).map_err(|e| StoreError::damaged(&folder, e))?;
    bytes.push(b'\n');
    found.files.push(Saved {
        name: entry(&unit, "manifest.json"),
        path: folder.join("manifest.json"),
        len: bytes.len() as u64,
        bytes: Bytes::Here(bytes),
    });
    if Lock::is_held(&folder.join("survey.lock")) {
        found
            .left_out
            .push(format!("it is being written: the {} spectra committed by then were saved", manifest.spectra()));
    }
    Ok(found)
}

fn add_parts(survey: &Survey, unit: &Unit, found: &mut Snapshot) -> Result<()> {
    for below in joined_files(survey.manifest()) {
        let path = survey.folder().join(&below);
        let len = fs::metadata(&path).map_err(|e| StoreError::io("reading", &path, e))?.len();
        found.files.push(Saved { name: entry(unit, &below), path, len, bytes: Bytes::Closed });
    }
    for part in &survey.manifest().parts {
        let folder = survey.folder().join("parts").join(&part.name);
        for file in PART_FILES {
            let path = folder.join(file);
            let len = fs::metadata(&path).map_err(|e| StoreError::io("reading", &path, e))?.len();
            let name = entry(unit, &format!("parts/{}/{file}", part.name));
            found.files.push(Saved { name, path, len, bytes: Bytes::Closed });
        }
    }
    Ok(())
}

/// Files with the columns of catalogues, by their path in the survey's folder.
pub(super) fn joined_files(manifest: &Manifest) -> impl Iterator<Item = String> {
    manifest.joined.iter().flat_map(|joined| {
        let parts = manifest.parts.iter().take(joined.parts);
        parts.map(|part| format!("metadata/{}/{}.parquet", joined.folder, part.name))
    })
}

fn entry(unit: &Unit, below: &str) -> String {
    format!("{}/{}/{below}", unit.kind.folder(), unit.name)
}

/// Opens the files in `folder` and below it. Temporary ones, whose names begin with a dot, are passed over.
fn collect(folder: &Path, unit: &Unit, below: &str, except: &[&str], found: &mut Snapshot) -> Result<()> {
    let failed = |e| StoreError::io("reading", folder, e);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        names.push((entry.file_name(), entry.file_type().map_err(failed)?));
    }
    names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for (name, kind) in names {
        let path = folder.join(&name);
        let text = name.to_string_lossy();
        let top = below.is_empty();
        if text.starts_with('.') || (top && except.contains(&&*text)) {
            continue;
        }
        if top && kind.is_dir() && unit.kind == Kind::Survey && FOLDERS.contains(&&*text) {
            continue;
        }
        let inner = if top { text.to_string() } else { format!("{below}/{text}") };
        if !is_plain(&text) || !(kind.is_dir() || kind.is_file()) {
            found.left_out.push(format!("its file '{inner}', which is none that Balmer writes"));
        } else if kind.is_dir() {
            collect(&path, unit, &inner, except, found)?;
        } else {
            match File::open(&path) {
                Ok(file) => {
                    let len = file.metadata().map_err(|e| StoreError::io("reading", &path, e))?.len();
                    found.files.push(Saved { name: entry(unit, &inner), path, len, bytes: Bytes::Open(file) });
                }
                // removed since its name was read
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(StoreError::io("reading", &path, e)),
            }
        }
    }
    Ok(())
}

/// Length of what ends with a line's end: a line without one was never acknowledged.
fn whole_lines(saved: &mut Saved) -> Result<u64> {
    let Bytes::Open(file) = &mut saved.bytes else { return Ok(saved.len) };
    let failed = |e| StoreError::io("reading", &saved.path, e);
    let mut end = saved.len;
    let mut block = vec![0; 1 << 16];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let block = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(block)).map_err(failed)?;
        if let Some(at) = block.iter().rposition(|&byte| byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    file.rewind().map_err(failed)?;
    Ok(end)
}
