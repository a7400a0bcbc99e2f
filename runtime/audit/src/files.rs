//! The files of a ledger: `00000001.audit` and so on, `lock`, and `tip`, the last acknowledged checkpoint.

use crate::format::{Checkpoint, FRAME_HEAD, Kind, frame, frame_head};
use crate::report::{Error, Finding, Flaw};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Path of a segment.
pub(crate) fn segment_path(dir: &Path, segment: u64) -> PathBuf {
    dir.join(format!("{segment:08}.audit"))
}

/// Numbers of the segments, ascending. They begin at 1 and have no gap, or that is the finding.
pub(crate) fn segments(dir: &Path) -> Result<Vec<u64>, Error> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(Error::io(dir))? {
        let name = entry.map_err(Error::io(dir))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".audit")?.parse::<u64>().ok());
        // Other files are none of ours.
        numbers.extend(number.filter(|number| segment_path(dir, *number).file_name() == Some(&name)));
    }
    numbers.sort_unstable();
    match numbers.iter().zip(1..).find(|(number, expected)| *number != expected) {
        None => Ok(numbers),
        Some((_, missing)) => {
            Err(Error::Tampered(Finding { flaw: Flaw::Gap, segment: missing, offset: 0, seq: 0 }))
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(Error::io(path))
}

/// Makes names in the directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::io(dir))
}

/// One writer at a time; it ends with the process.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file alone would leave the lock to a process that is being started at this moment.
        let _ = self.0.unlock();
    }
}

/// Becomes the writer.
pub(crate) fn lock(dir: &Path) -> Result<Lock, Error> {
    let path = dir.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(path)),
        Err(TryLockError::Error(error)) => Err(Error::Io(path, error)),
    }
}

/// The last acknowledged checkpoint.
pub(crate) enum Tip {
    /// No such file, or nothing in it: the machine stopped before it reached the disk.
    None,
    Known(Box<Checkpoint>),
    Unreadable,
}

pub(crate) fn tip(dir: &Path) -> Result<Tip, Error> {
    let path = dir.join("tip");
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Tip::None),
        read => read.map_err(Error::io(&path))?,
    };
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(Tip::None);
    }
    let checkpoint = match frame(&bytes, 0) {
        Ok((record, end)) if record.kind == Kind::Checkpoint && end == bytes.len() => {
            Checkpoint::read(record.body)
        }
        _ => None,
    };
    Ok(checkpoint.map_or(Tip::Unreadable, |checkpoint| Tip::Known(Box::new(checkpoint))))
}

/// What is written to; used by one thread.
pub(crate) struct Files {
    dir: PathBuf,
    segment: u64,
    file: Option<File>,
    tip: File,
}

impl Files {
    /// Goes on with this segment; 0 if there is none yet.
    pub(crate) fn open(dir: &Path, segment: u64) -> Result<Files, Error> {
        let path = dir.join("tip");
        let tip = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let mut files =
            Files { dir: dir.to_owned(), segment, file: None, tip: tip.map_err(Error::io(&path))? };
        if segment > 0 {
            let path = segment_path(dir, segment);
            files.file = Some(OpenOptions::new().append(true).open(&path).map_err(Error::io(&path))?);
        }
        Ok(files)
    }

    /// Writes the next bytes of a segment. A new segment begins only when the one before it is on the disk.
    pub(crate) fn write(&mut self, segment: u64, bytes: &[u8]) -> Result<(), Error> {
        if segment != self.segment {
            self.sync()?;
            let path = segment_path(&self.dir, segment);
            let file =
                OpenOptions::new().append(true).create_new(true).open(&path).map_err(Error::io(&path))?;
            sync_dir(&self.dir)?;
            (self.segment, self.file) = (segment, Some(file));
        }
        let path = segment_path(&self.dir, self.segment);
        self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes)).map_err(Error::io(&path))
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&mut self) -> Result<(), Error> {
        let path = segment_path(&self.dir, self.segment);
        self.file.as_ref().map_or(Ok(()), File::sync_data).map_err(Error::io(&path))
    }

    /// Remembers what is about to be acknowledged. It survives the process; after a power failure it may be an older
    /// one, which only makes it say less.
    pub(crate) fn acknowledge(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let body = checkpoint.body();
        let mut framed = Vec::with_capacity(FRAME_HEAD + body.len());
        framed.extend(frame_head(body.len() as u32, crc32c::crc32c(body)));
        framed.extend(body);
        write_at_start(&mut self.tip, &framed).map_err(Error::io(&self.dir.join("tip")))
    }
}

fn write_at_start(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, 0);
    #[cfg(not(unix))]
    {
        use std::io::Seek;
        file.seek(std::io::SeekFrom::Start(0))?;
        file.write_all(bytes)
    }
}
