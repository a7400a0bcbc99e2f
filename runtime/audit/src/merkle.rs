//! The Merkle tree over the records of a segment: RFC 6962, section 2, with its prefixes for leaves and nodes.
//!
//! Proofs are verified as RFC 9162 says (2.1.3.2 and 2.1.4.2). Pure: hashes in, hashes out.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Hash of a leaf. It is also the link of the chain, as a record holds the hash of the one before it.
pub fn leaf(body: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

/// Hash of a node over its two children.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut both = [1; 65];
    both[1..33].copy_from_slice(left);
    both[33..].copy_from_slice(right);
    Sha256::digest(both).into()
}

/// A tree that grows: the roots of its complete subtrees, widest first.
#[derive(Clone, Default, Debug)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut rest = self.size;
        while rest & 1 == 1 {
            // One peak per bit that is set in the size.
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            rest >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Hash over all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Sha256::digest([]).into(),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }
}

/// All hashes of a tree, level by level, for proofs about many of its leaves.
#[derive(Debug)]
pub struct Levels(Vec<Vec<Hash>>);

impl Levels {
    /// Hashes everything above these leaves.
    pub fn new(leaves: Vec<Hash>) -> Levels {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last()
            && below.len() > 1
        {
            // An unpaired last node moves up as it is; that is the shape RFC 6962 defines by powers of two.
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => node(left, right),
                alone => alone[0],
            });
            levels.push(above.collect());
        }
        Levels(levels)
    }

    /// The hashes beside the way from a leaf to the root, from below; none if there is no such leaf.
    pub fn inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        let mut index = usize::try_from(index).ok()?;
        self.0[0].get(index)?;
        let mut path = Vec::new();
        for level in &self.0 {
            path.extend(level.get(index ^ 1).filter(|_| level.len() > 1));
            index >>= 1;
        }
        Some(path)
    }
}

/// True if `path` leads from the leaf at `index` to the root of a tree of `size` leaves.
pub fn includes(leaf: Hash, index: u64, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The hashes that show that the first `size` of these leaves are the tree of an earlier root.
pub fn consistency(leaves: &[Hash], size: u64) -> Option<Vec<Hash>> {
    let size = usize::try_from(size).ok()?;
    if size == 0 || size > leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    subproof(leaves, size, true, &mut path);
    Some(path)
}

/// SUBPROOF of RFC 6962, 2.1.2.
fn subproof(leaves: &[Hash], size: usize, whole: bool, path: &mut Vec<Hash>) {
    if size == leaves.len() {
        if !whole {
            path.push(root_of(leaves));
        }
        return;
    }
    let half = leaves.len().next_power_of_two() / 2;
    if size <= half {
        subproof(&leaves[..half], size, whole, path);
        path.push(root_of(&leaves[half..]));
    } else {
        subproof(&leaves[half..], size - half, false, path);
        path.push(root_of(&leaves[..half]));
    }
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// True if a tree of `new_size` leaves begins with the leaves of a tree of `old_size`.
pub fn extends(old_size: u64, old: &Hash, new_size: u64, new: &Hash, path: &[Hash]) -> bool {
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return path.is_empty() && old == new;
    }
    // The root of a complete subtree is not repeated in the path.
    let mut path = old_size.is_power_of_two().then_some(old).into_iter().chain(path);
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let Some(first) = path.next() else { return false };
    let (mut of_old, mut of_new) = (*first, *first);
    for beside in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node(beside, &of_old);
            of_new = node(beside, &of_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node(&of_new, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old && of_new == *new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|i| leaf(&i.to_le_bytes())).collect()
    }

    #[test]
    fn hashes_are_those_of_the_rfc() {
        let hex = |hash: Hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        // Known roots of the empty tree and of the tree with one empty leaf.
        assert_eq!(
            hex(Tree::default().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(hex(leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn proofs_of_all_leaves_and_prefixes_of_small_trees_hold_and_no_others() {
        for size in 1..=33 {
            let all = leaves(size);
            let root = root_of(&all);
            let levels = Levels::new(all.clone());
            for index in 0..size {
                let path = levels.inclusion(index).unwrap();
                let leaf = all[index as usize];
                assert!(includes(leaf, index, size, &root, &path), "{index} of {size}");
                for other in (0..size).filter(|other| *other != index) {
                    assert!(!includes(leaf, other, size, &root, &path), "{index} as {other} of {size}");
                }
                for i in 0..path.len() {
                    let mut path = path.clone();
                    path[i][7] ^= 1;
                    assert!(!includes(leaf, index, size, &root, &path));
                }
            }
            for old in 1..=size {
                let path = consistency(&all, old).unwrap();
                let before = root_of(&all[..old as usize]);
                assert!(extends(old, &before, size, &root, &path), "{old} of {size}");
                let mut forked = all[..old as usize].to_vec();
                forked[old as usize / 2][0] ^= 1;
                assert!(!extends(old, &root_of(&forked), size, &root, &path), "fork {old} of {size}");
            }
        }
    }
}
