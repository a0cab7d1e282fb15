//! Where results go: a file that appears only when it is complete, or standard output.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{super::Usage, ending};

/// Kinds of files that results are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated values with a head
    Csv,
    /// Apache Parquet
    Parquet,
    /// `NumPy` structured array
    Npy,
    /// IVOA `VOTable`
    Vot,
    /// FITS binary table
    Fits,
}

impl Format {
    fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "parquet" | "pq" => Some(Self::Parquet),
            "npy" => Some(Self::Npy),
            "vot" | "votable" | "xml" => Some(Self::Vot),
            "fits" | "fit" => Some(Self::Fits),
            _ => None,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => ".csv",
            Self::Parquet => ".parquet",
            Self::Npy => ".npy",
            Self::Vot => ".vot",
            Self::Fits => ".fits",
        }
    }
}

/// Where results go, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file; `None` is standard output.
    path: Option<PathBuf>,
    /// The kind of file.
    pub format: Format,
}

impl Target {
    /// The target that `-o` names, in the format of its ending or in the one asked for. `-` is standard
    /// output, as CSV if nothing else is said.
    ///
    /// # Errors
    /// [`Usage`] when the format is not among `allowed`.
    pub fn choose(output: &Path, asked: Option<Format>, allowed: &[Format]) -> anyhow::Result<Self> {
        let stdout = output == Path::new("-");
        let format = asked.or(if stdout { Some(Format::Csv) } else { Format::of_ending(&ending(output)) });
        if let Some(format) = format.filter(|format| allowed.contains(format)) {
            return Ok(Self { path: (!stdout).then(|| output.to_path_buf()), format });
        }
        let endings: Vec<&str> = allowed.iter().map(|format| format.ending()).collect();
        Err(Usage(format!("cannot write '{}': the name must end in {}", output.display(), endings.join(", "))).into())
    }

    /// Whether results go to standard output.
    pub fn is_stdout(&self) -> bool {
        self.path.is_none()
    }

    /// The file's path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes by `write`. A file is written beside its place and moved there when complete, so that a
    /// reader never sees a half of it and a failure leaves what was there.
    pub fn write(&self, write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>) -> anyhow::Result<()> {
        match &self.path {
            None => {
                let mut out = io::BufWriter::new(io::stdout());
                write(&mut out)?;
                Ok(out.flush()?)
            }
            Some(path) => write_file(path, write).with_context(|| format!("cannot write '{}'", path.display())),
        }
    }
}

fn write_file(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>) -> anyhow::Result<()> {
    if path.exists() && !path.is_file() {
        // a device or a pipe: nothing can be moved there
        let mut out = io::BufWriter::new(fs::File::options().write(true).open(path)?);
        write(&mut out)?;
        return Ok(out.flush()?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".balmer-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
    let mut out = io::BufWriter::new(builder.tempfile_in(folder)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: &[Format] = &[Format::Csv, Format::Npy];

    #[test]
    fn the_ending_decides_and_dash_is_csv() {
        assert_eq!(Target::choose(Path::new("a/B.NPY"), None, ALLOWED).unwrap().format, Format::Npy);
        let stdout = Target::choose(Path::new("-"), None, ALLOWED).unwrap();
        assert!(stdout.is_stdout() && stdout.format == Format::Csv);
        assert_eq!(Target::choose(Path::new("-"), Some(Format::Npy), ALLOWED).unwrap().format, Format::Npy);
        let error = Target::choose(Path::new("x.vot"), None, ALLOWED).unwrap_err();
        assert!(error.is::<Usage>() && error.to_string().contains(".csv, .npy"), "{error}");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let target = Target::choose(&path, None, ALLOWED).unwrap();
        target.write(|out| Ok(out.write_all(b"old")?)).unwrap();
        target.write(|out| out.write_all(b"new").map_err(Into::into).and(Err(anyhow::anyhow!("full")))).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
