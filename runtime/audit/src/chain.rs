//! What comes next in a ledger, as bytes: the writer without its files, threads and clocks.

use crate::format::{
    CHECKPOINT_TAG, Checkpoint, FRAME_HEAD, Head, Kind, LedgerId, MAGIC, ROTATION_TAG, VERSION, write,
};
use crate::keys::Signer;
use crate::merkle::{Hash, Tree};

/// The end of a ledger. Each step appends frames to `out`.
pub(crate) struct Chain {
    pub(crate) ledger: LedgerId,
    pub(crate) segment: u64,
    /// Number of the next record.
    pub(crate) seq: u64,
    /// Hash of the last record.
    pub(crate) prev: Hash,
    pub(crate) tree: Tree,
    pub(crate) time_us: u64,
    /// Bytes of the segment.
    pub(crate) length: u64,
    /// Records since the last checkpoint.
    pub(crate) unsigned: u32,
    pub(crate) signer: Signer,
}

impl Chain {
    /// The beginning of a new ledger.
    pub(crate) fn new(ledger: LedgerId, signer: Signer, time_us: u64) -> Chain {
        let tree = Tree::default();
        Chain { ledger, segment: 0, seq: 0, prev: [0; 32], tree, time_us, length: 0, unsigned: 0, signer }
    }

    fn push(&mut self, out: &mut Vec<u8>, kind: Kind, fill: impl FnOnce(&Signer, &mut Vec<u8>, usize)) {
        let before = out.len();
        let signer = &self.signer;
        self.prev = write(out, kind, self.seq, self.time_us, &self.prev, |out, body| fill(signer, out, body));
        self.tree.push(self.prev);
        self.seq += 1;
        self.unsigned += 1;
        self.length += (out.len() - before) as u64;
    }

    /// Begins the next segment, with a checkpoint at once: no segment is without a signature.
    pub(crate) fn begin(&mut self, out: &mut Vec<u8>) {
        self.segment += 1;
        self.tree = Tree::default();
        self.length = MAGIC.len() as u64;
        out.extend(MAGIC);
        let head =
            Head { version: VERSION, ledger: self.ledger, segment: self.segment, key: self.signer.public() };
        self.push(out, Kind::Head, |_, out, _| head.write(out));
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, out: &mut Vec<u8>, payload: &[u8]) {
        self.push(out, Kind::Event, |_, out, _| out.extend(payload));
    }

    /// Bytes an event takes.
    pub(crate) fn event_bytes(payload: &[u8]) -> u64 {
        (FRAME_HEAD + crate::format::BODY_HEAD + payload.len()) as u64
    }

    /// Signs what there is.
    pub(crate) fn checkpoint(&mut self, out: &mut Vec<u8>) -> Option<Checkpoint> {
        let (size, root, ledger, segment) = (self.tree.size(), self.tree.root(), self.ledger, self.segment);
        let before = out.len();
        self.push(out, Kind::Checkpoint, |signer, out, body| {
            out.extend(ledger);
            out.extend(segment.to_le_bytes());
            out.extend(size.to_le_bytes());
            out.extend(root);
            out.extend(signer.public().as_bytes());
            let signature = signer.sign(CHECKPOINT_TAG, &out[body..]);
            out.extend(signature);
        });
        self.unsigned = 0;
        Checkpoint::read(&out[before + FRAME_HEAD..])
    }

    /// Has `next` sign from here on.
    pub(crate) fn rotate_key(&mut self, out: &mut Vec<u8>, next: Signer) {
        let ledger = self.ledger;
        self.push(out, Kind::Rotation, |signer, out, body| {
            out.extend(ledger);
            out.extend(signer.public().as_bytes());
            out.extend(next.public().as_bytes());
            let by_old = signer.sign(ROTATION_TAG, &out[body..]);
            let by_new = next.sign(ROTATION_TAG, &out[body..]);
            out.extend(by_old);
            out.extend(by_new);
        });
        self.signer = next;
    }
}
