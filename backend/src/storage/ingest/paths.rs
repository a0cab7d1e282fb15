//! Files, folders and patterns to a list of files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{Result, StoreError};

/// Every file the paths stand for, each once, in the order of the paths and by name within a folder.
/// Hidden files and folders are passed over in folders, not where they are named.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_file() {
            files.push(path.clone());
        } else if path.is_dir() {
            let before = files.len();
            walk(path, &mut BTreeSet::new(), &mut files)?;
            if files.len() == before {
                return Err(StoreError::NothingToIngest(format!(
                    "{} holds no files: name files, or a folder that holds some",
                    path.display()
                )));
            }
        } else {
            files.extend(matches(path)?);
        }
    }
    if files.is_empty() {
        return Err(StoreError::NothingToIngest("no paths were given: name files, folders or patterns".to_owned()));
    }
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

/// The files below a folder. A folder that links lead back to is walked once.
fn walk(folder: &Path, walked: &mut BTreeSet<PathBuf>, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| StoreError::io("reading", folder, e);
    if !walked.insert(folder.canonicalize().map_err(failed)?) {
        return Ok(());
    }
    let mut entries = fs::read_dir(folder).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            walk(&path, walked, files)?;
        } else {
            // a dangling link or a special file becomes a rejected input with its reason
            files.push(path);
        }
    }
    Ok(())
}

fn matches(pattern: &Path) -> Result<Vec<PathBuf>> {
    let nothing = |why: String| StoreError::NothingToIngest(format!("{}: {why}", pattern.display()));
    let text = pattern.to_str().ok_or_else(|| nothing("no such file or folder".to_owned()))?;
    if !text.contains(['*', '?', '[']) {
        return Err(nothing("no such file or folder".to_owned()));
    }
    let found = glob::glob(text).map_err(|e| nothing(format!("not a pattern: {e}")))?;
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|e| StoreError::io("reading", pattern, e.into()))?;
        if path.is_dir() {
            walk(&path, &mut BTreeSet::new(), &mut files)?;
        } else {
            files.push(path);
        }
    }
    if files.is_empty() { Err(nothing("no file matches".to_owned())) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.fits", "b/1.fits", "a.fits.gz", "b/.hidden", "c/notes.txt"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        fs::create_dir(folder.path().join("empty")).unwrap();
        folder
    }

    fn names(root: &Path, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|p| root.join(p)).collect();
        let files = expand(&paths).unwrap();
        files.iter().map(|f| f.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn folders_are_walked_and_patterns_matched_in_order() {
        let tree = tree();
        assert_eq!(names(tree.path(), &["."]), ["a.fits.gz", "b/1.fits", "b/2.fits", "c/notes.txt"]);
        assert_eq!(names(tree.path(), &["b/2.fits", "b"]), ["b/2.fits", "b/1.fits"]);
        assert_eq!(names(tree.path(), &["**/*.fits"]), ["b/1.fits", "b/2.fits"]);
    }

    #[test]
    fn nothing_to_ingest_is_said_once_and_clearly() {
        let tree = tree();
        let message = |path: &str| expand(&[tree.path().join(path)]).unwrap_err().to_string();
        assert!(message("empty").contains("empty holds no files"), "{}", message("empty"));
        assert!(message("nowhere").contains("no such file or folder"));
        assert!(message("*.vot").contains("no file matches"));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_back_to_its_folder_ends() {
        let tree = tree();
        std::os::unix::fs::symlink(tree.path(), tree.path().join("b/loop")).unwrap();
        assert_eq!(names(tree.path(), &["b"]).len(), 2 + 2, "a.fits.gz and c/notes.txt by the link, b once");
    }
}
