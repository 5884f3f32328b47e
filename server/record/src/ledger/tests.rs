//! The tree against its recursive definition, against known roots, and against whoever changes a proof.

use std::collections::HashMap;
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

/// The definition of RFC 6962, section 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(naive_split(many.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn naive_split(size: usize) -> usize {
    (0..).map(|level| 1 << level).take_while(|half| *half < size).last().expect("two leaves")
}

/// PATH of section 2.1.1.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(naive_split(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (naive_path(index, left), right)
    } else {
        (naive_path(index - left.len(), right), left)
    };
    path.push(naive_root(other));
    path
}

/// SUBPROOF of section 2.1.2.
fn naive_subproof(earlier: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if earlier == leaves.len() {
        return if is_whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let (left, right) = leaves.split_at(naive_split(leaves.len()));
    let (mut path, other) = if earlier <= left.len() {
        (naive_subproof(earlier, left, is_whole), right)
    } else {
        (naive_subproof(earlier - left.len(), right, false), left)
    };
    path.push(naive_root(other));
    path
}

#[derive(Default)]
struct Tree {
    nodes: HashMap<Node, Hash>,
    leaves: Vec<Hash>,
    reads: usize,
}

impl Tree {
    fn of(size: u64) -> Self {
        let mut tree = Self::default();
        (0..size).for_each(|number| tree.push(&number.to_be_bytes()));
        tree
    }

    fn size(&self) -> u64 {
        u64::try_from(self.leaves.len()).expect("few leaves")
    }

    fn push(&mut self, data: &[u8]) {
        let (index, hash) = (self.size(), leaf_hash(data));
        let added = appended(index, hash, |node| self.at(node));
        self.nodes.extend(added.expect("no error"));
        self.leaves.push(hash);
    }

    fn at(&mut self, node: Node) -> Result<Hash, Infallible> {
        self.reads += 1;
        Ok(*self.nodes.get(&node).expect("a node that is complete"))
    }

    fn root(&mut self, size: u64) -> Hash {
        root(size, |node| self.at(node)).expect("no error")
    }

    fn inclusion(&mut self, index: u64, size: u64) -> Vec<Hash> {
        prove_inclusion(index, size, |node| self.at(node)).expect("no error").expect("it stands there")
    }

    fn consistency(&mut self, earlier: u64, size: u64) -> Vec<Hash> {
        prove_consistency(earlier, size, |node| self.at(node)).expect("no error").expect("it is earlier")
    }
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The eight leaves with which implementations of RFC 6962 are commonly tested, and the roots over the first n of them.
const LEAVES: [&[u8]; 8] = [
    b"",
    &[0x00],
    &[0x10],
    &[0x20, 0x21],
    &[0x30, 0x31],
    &[0x40, 0x41, 0x42, 0x43],
    &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
    &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_roots_are_the_known_ones() {
    let mut tree = Tree::default();
    for (size, expected) in (0..).zip(ROOTS) {
        assert_eq!(hex(&tree.root(size)), expected, "{size}");
        if let Some(leaf) = LEAVES.get(usize::try_from(size).expect("few")) {
            tree.push(leaf);
        }
    }
    assert_eq!(hex(&empty_root()), ROOTS[0]);
}

#[test]
fn proofs_are_those_of_the_definition_and_prove_nothing_else() {
    let most = 40;
    let mut tree = Tree::of(most);
    let leaves = tree.leaves.clone();
    let first = |size: u64| &leaves[..usize::try_from(size).expect("few")];
    for size in 0..=most {
        let whole = tree.root(size);
        assert_eq!(whole, naive_root(first(size)), "{size}");
        for index in 0..size {
            let at = usize::try_from(index).expect("few");
            let proof = tree.inclusion(index, size);
            assert_eq!(proof, naive_path(at, first(size)), "{index} of {size}");
            for claimed in 0..=size {
                assert_eq!(
                    is_included(claimed, size, leaves[at], &proof, &whole),
                    claimed == index,
                    "{index} of {size} as {claimed}"
                );
            }
        }
        for earlier in 0..=size {
            let (old, proof) = (tree.root(earlier), tree.consistency(earlier, size));
            if earlier > 0 {
                let at = usize::try_from(earlier).expect("few");
                assert_eq!(proof, naive_subproof(at, first(size), true), "{earlier} to {size}");
            }
            assert!(is_consistent(earlier, size, &old, &whole, &proof), "{earlier} to {size}");
            let other = leaf_hash(b"another tree");
            assert!(!is_consistent(earlier, size, &other, &whole, &proof), "{earlier} to {size}");
            assert_eq!(is_consistent(earlier, size, &old, &other, &proof), earlier == 0 && size != 0);
        }
        assert_eq!(prove_inclusion(size, size, |node| tree.at(node)), Ok(None));
        assert_eq!(prove_consistency(size + 1, size, |node| tree.at(node)), Ok(None));
    }
}

#[test]
fn an_append_and_a_proof_cost_the_logarithm() {
    let mut tree = Tree::of(4_099);
    tree.reads = 0;
    tree.push(b"one more");
    assert!(tree.reads <= 13, "{}", tree.reads);
    for (index, size) in [(0, 4_100), (4_099, 4_100), (2_047, 4_095), (4_096, 4_098)] {
        tree.reads = 0;
        tree.inclusion(index, size);
        assert!(tree.reads <= 2 * 13, "{index} of {size}: {}", tree.reads);
    }
    for (earlier, size) in [(1, 4_100), (4_095, 4_100), (2_049, 4_095)] {
        tree.reads = 0;
        tree.consistency(earlier, size);
        assert!(tree.reads <= 3 * 13, "{earlier} to {size}: {}", tree.reads);
    }
}

#[test]
fn a_leaf_has_one_spelling() {
    let leaf = Leaf { kind: LeafKind::SealKey, digest: domain::agreement::TextDigest([7; 32]) };
    let text = leaf.text().expect("text");
    assert_eq!(text, format!(r#"{{"digest":"sha256:{}","kind":"seal-key"}}"#, "07".repeat(32)));
    assert_eq!(Leaf::read(&text), Some(leaf));
    for other in [
        text.replace(':', ": "),
        text.replace("seal-key", "other"),
        text.replace("sha256", "SHA256"),
        text.replace('}', r#","v":1}"#),
        format!("{text}\n"),
        String::new(),
    ] {
        assert_eq!(Leaf::read(&other), None, "{other}");
    }
    for kind in LeafKind::ALL {
        let text = Leaf { kind, digest: leaf.digest }.text().expect("text");
        assert!(text.ends_with(&format!(r#""kind":"{}"}}"#, kind.as_str())), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bit_of_a_leaf_or_an_inclusion_proof_can_be_changed(
        size in 1_u64..200, index in any::<prop::sample::Index>(), part in any::<prop::sample::Index>(),
        byte in 0_usize..32, bit in 0_u32..8,
    ) {
        let mut tree = Tree::of(size);
        let at = index.index(tree.leaves.len());
        let index = u64::try_from(at).expect("few");
        let (whole, mut proof, mut leaf) = (tree.root(size), tree.inclusion(index, size), tree.leaves[at]);
        prop_assert!(is_included(index, size, leaf, &proof, &whole));
        match part.index(proof.len() + 1).checked_sub(1) {
            Some(part) => proof[part][byte] ^= 1_u8 << bit,
            None => leaf[byte] ^= 1_u8 << bit,
        }
        prop_assert!(!is_included(index, size, leaf, &proof, &whole));
    }

    #[test]
    fn no_bit_of_a_consistency_proof_can_be_changed(
        size in 3_u64..200, earlier in any::<prop::sample::Index>(), part in any::<prop::sample::Index>(),
        byte in 0_usize..32, bit in 0_u32..8,
    ) {
        let mut tree = Tree::of(size);
        let earlier = u64::try_from(earlier.index(tree.leaves.len() - 1)).expect("few") + 1;
        let (old, whole, mut proof) = (tree.root(earlier), tree.root(size), tree.consistency(earlier, size));
        prop_assert!(is_consistent(earlier, size, &old, &whole, &proof));
        prop_assume!(!proof.is_empty());
        let part = part.index(proof.len());
        proof[part][byte] ^= 1_u8 << bit;
        prop_assert!(!is_consistent(earlier, size, &old, &whole, &proof));
    }

    #[test]
    fn a_proof_with_a_part_too_many_or_too_few_proves_nothing(size in 2_u64..200, earlier in 1_u64..200) {
        prop_assume!(earlier < size);
        let mut tree = Tree::of(size);
        let (old, whole) = (tree.root(earlier), tree.root(size));
        let (included, consistent) = (tree.inclusion(earlier, size), tree.consistency(earlier, size));
        let leaf = tree.leaves[usize::try_from(earlier).expect("few")];
        let more = |proof: &[Hash]| [proof, &[leaf]].concat();
        prop_assert!(!is_included(earlier, size, leaf, &more(&included), &whole));
        prop_assert!(!is_included(earlier, size, leaf, &included[1..], &whole));
        prop_assert!(!is_consistent(earlier, size, &old, &whole, &more(&consistent)));
        prop_assert!(!is_consistent(earlier, size, &old, &whole, &consistent[1..]));
    }

    #[test]
    fn two_trees_that_differ_in_one_leaf_have_two_roots(size in 1_u64..100, at in any::<prop::sample::Index>()) {
        let (mut tree, mut other) = (Tree::of(size), Tree::default());
        let changed = at.index(tree.leaves.len());
        for number in 0..size {
            let mark: &[u8] = if usize::try_from(number).expect("few") == changed { b"x" } else { b"" };
            other.push(&[mark, &number.to_be_bytes()].concat());
        }
        prop_assert_ne!(tree.root(size), other.root(size));
    }
}
