//! The data reduced to what the deviance needs; after this the number of rows no longer matters.
//!
//! The grouping factor with the most random effects is eliminated first. For each of its levels
//! the rows are rotated (Givens) until its random-effect columns are an upper triangle `R`; the
//! same rotations give `Q'[Z₂ X y]`, and what is left over is summed. Because nothing is ever
//! subtracted, no digits are lost however large the variance between the levels is.
//!
//! Columns of the other grouping factors ("the rest") are kept by connected component, so that
//! nested designs fall apart into small blocks.

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{LANES, Lanes};
use super::shared_patterns::SharedPatterns;
use crate::matrix::Matrix;

/// The columns of a mixed model in the coordinates in which it is fitted.
pub(crate) struct Rows<'a> {
    /// Orthonormal fixed-effect columns.
    pub x: &'a [Vec<f64>],
    /// The response.
    pub y: &'a [f64],
    /// The terms of the eliminated factor, side by side.
    pub eliminated: GroupColumns<'a>,
    /// The terms of all other factors.
    pub rest: Vec<GroupColumns<'a>>,
}

/// The columns of one grouping factor or term.
pub(crate) struct GroupColumns<'a> {
    /// The level of each row.
    pub codes: &'a [u32],
    pub n_levels: usize,
    pub columns: Vec<&'a [f64]>,
}

/// Sums over the rows, by level of the eliminated factor.
#[derive(Debug, Clone)]
pub(crate) struct CrossProducts {
    /// The number of rows.
    pub n: f64,
    /// The number of fixed-effect columns.
    pub p: usize,
    /// The width of the eliminated block.
    pub width: usize,
    /// The number of levels of the eliminated factor.
    pub n_levels: usize,
    /// All levels.
    pub levels: LevelBlocks,
    /// Fewer rows with the same sums over levels, where levels share patterns.
    pub shared: Option<LevelBlocks>,
    /// What the rotations leave of `[X y]'[X y]`.
    pub within: Matrix,
    /// For each level where its touched columns start.
    pub touched_start: Vec<usize>,
    /// The columns of the rest that have entries in a level, within its component.
    pub touched: Vec<u32>,
    /// For each touched column its `width` entries of `Q'Z₂`.
    pub touched_root: Vec<f64>,
    /// The component of each level; empty without a rest.
    pub component_of: Vec<u32>,
    /// The parts of the design that share no group.
    pub components: Vec<Component>,
    /// The original index of each level in the order used here.
    pub level_order: Vec<u32>,
}

/// Levels of the eliminated factor, worked on a block at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct LevelBlocks {
    pub n_blocks: usize,
    /// For each block the upper triangles, row by row.
    pub roots: Vec<Lanes>,
    /// For each block `Q'[X y]`, row by row.
    pub right: Vec<Lanes>,
    /// How many levels each row stands for; empty when each stands for itself.
    pub multiplicity: Vec<Lanes>,
}

/// A part of the design that shares no group with the others.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    /// For each level of another factor its term (counted among the rest), its level, and its first column here.
    pub blocks: Vec<RestBlock>,
    /// The number of columns.
    pub size: usize,
    /// What the rotations leave of `Z₂'Z₂`.
    pub within: Matrix,
    /// What the rotations leave of `Z₂'[X y]`.
    pub within_right: Matrix,
}

/// A level of one of the other grouping factors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RestBlock {
    pub term: usize,
    pub level: u32,
    pub first: usize,
}

/// How many levels one piece of parallel work covers; fixed, so that sums never depend on the threads.
pub(crate) const CHUNK: usize = 1024;

impl CrossProducts {
    pub(crate) fn new(rows: &Rows<'_>) -> Self {
        let layout = Layout::new(rows);
        let n_levels = rows.eliminated.n_levels;
        let chunks: Vec<Range<usize>> = (0..n_levels)
            .step_by(CHUNK)
            .map(|start| start..(start + CHUNK).min(n_levels))
            .collect();
        let pieces: Vec<Piece> = chunks
            .into_par_iter()
            .map(|levels| Piece::new(rows, &layout, levels))
            .collect();
        let (p, width) = (rows.x.len(), rows.eliminated.columns.len());
        let mut products = Self {
            n: rows.y.len() as f64,
            p,
            width,
            n_levels,
            levels: LevelBlocks::default(),
            shared: None,
            within: Matrix::zeros(p + 1, p + 1),
            touched_start: vec![0],
            touched: Vec::new(),
            touched_root: Vec::new(),
            component_of: layout.component_of,
            components: layout.components,
            level_order: layout.level_order,
        };
        // Room at once: these are the largest things that a fit keeps.
        let total = |size: fn(&Piece) -> usize| pieces.iter().map(size).sum();
        products
            .levels
            .roots
            .reserve_exact(total(|piece| piece.roots.len()));
        products
            .levels
            .right
            .reserve_exact(total(|piece| piece.right.len()));
        for piece in pieces {
            products.take(piece);
        }
        products.within.mirror_upper();
        if products.components.is_empty() {
            products.shared = products
                .shared_patterns()
                .map(|patterns| patterns.blocks(&products.levels));
        }
        for component in &mut products.components {
            component.within.mirror_upper();
        }
        products
    }

    fn take(&mut self, piece: Piece) {
        self.levels.n_blocks += piece.n_blocks;
        self.levels.roots.extend(piece.roots);
        self.levels.right.extend(piece.right);
        self.within.add_scaled(1.0, &piece.within);
        let before = self.touched.len();
        self.touched_start
            .extend(piece.touched_end.iter().map(|end| before + end));
        self.touched.extend(piece.touched);
        self.touched_root.extend(piece.touched_root);
        let p1 = self.p + 1;
        for left in piece.left_over {
            let component = &mut self.components[left.component];
            for (i, &column) in left.columns.iter().enumerate() {
                let column = column as usize;
                for (j, &other) in left.columns.iter().enumerate().skip(i) {
                    // Columns are listed in increasing order, so this is the upper triangle.
                    component.within[(column, other as usize)] +=
                        left.squares[i * left.columns.len() + j];
                }
                for a in 0..p1 {
                    component.within_right[(column, a)] += left.right[i * p1 + a];
                }
            }
        }
    }

    /// The most columns of other grouping factors that hang together.
    pub(crate) fn largest_component(rows: &Rows<'_>) -> usize {
        let columns: usize = rows
            .rest
            .iter()
            .map(|term| term.n_levels * term.columns.len())
            .sum();
        if columns <= 20_000 {
            return columns;
        }
        component_sizes(rows).into_iter().max().unwrap_or(0)
    }

    /// The blocks that sums over levels go through.
    pub(crate) fn summed(&self) -> &LevelBlocks {
        self.shared.as_ref().unwrap_or(&self.levels)
    }

    /// The patterns that levels share; `None` when too few do.
    pub(crate) fn shared_patterns(&self) -> Option<SharedPatterns> {
        SharedPatterns::find(&self.levels, self.n_levels, self.width, self.p)
    }

    /// The packed size of one upper triangle.
    pub(crate) fn root_size(&self) -> usize {
        self.width * (self.width + 1) / 2
    }

    /// Every `stride`-th block of levels, weighted as if it were the whole: a cheap place to find a start.
    pub(crate) fn sample(&self, stride: usize) -> Self {
        let (root, right) = (self.root_size(), self.width * (self.p + 1));
        let blocks: Vec<usize> = (0..self.n_levels / LANES).step_by(stride).collect();
        let fraction = (blocks.len() * LANES) as f64 / self.n_levels as f64;
        let of_blocks = |values: &[Lanes], size: usize| -> Vec<Lanes> {
            let of_block = |b: &usize| values[b * size..(b + 1) * size].iter().copied();
            blocks.iter().flat_map(of_block).collect()
        };
        Self {
            n: self.n * fraction,
            n_levels: blocks.len() * LANES,
            levels: LevelBlocks {
                n_blocks: blocks.len(),
                roots: of_blocks(&self.levels.roots, root),
                right: of_blocks(&self.levels.right, right),
                multiplicity: Vec::new(),
            },
            shared: None,
            within: self.within.scaled(fraction),
            touched_start: Vec::new(),
            touched: Vec::new(),
            touched_root: Vec::new(),
            component_of: Vec::new(),
            components: Vec::new(),
            level_order: Vec::new(),
            ..*self
        }
    }
}

/// Which row belongs where.
pub(super) struct Layout {
    /// The rows, level after level.
    pub row_order: Vec<u32>,
    /// Where each level starts in `row_order`.
    pub row_start: Vec<usize>,
    level_order: Vec<u32>,
    component_of: Vec<u32>,
    components: Vec<Component>,
    /// For each term of the rest and each of its levels the first column within the component.
    pub first_column: Vec<Vec<usize>>,
}

impl Layout {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        let n_levels = rows.eliminated.n_levels;
        let mut first_column: Vec<Vec<usize>> = rows
            .rest
            .iter()
            .map(|term| vec![0; term.n_levels])
            .collect();
        let (component_of, components) = if rows.rest.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            components(rows, &mut first_column)
        };
        let mut level_order: Vec<u32> = (0..u32::try_from(n_levels).unwrap_or(u32::MAX)).collect();
        if !component_of.is_empty() {
            level_order.sort_by_key(|&level| component_of[level as usize]);
        }
        let component_of = if component_of.is_empty() {
            component_of
        } else {
            level_order
                .iter()
                .map(|&level| component_of[level as usize])
                .collect()
        };
        let (row_order, row_start) = rows_by_level(rows.eliminated.codes, &level_order);
        Self {
            row_order,
            row_start,
            level_order,
            component_of,
            components,
            first_column,
        }
    }
}

fn rows_by_level(codes: &[u32], level_order: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let mut place = vec![0_u32; level_order.len()];
    for (position, &level) in level_order.iter().enumerate() {
        place[level as usize] = u32::try_from(position).unwrap_or(u32::MAX);
    }
    let mut row_start = vec![0; level_order.len() + 1];
    for &code in codes {
        row_start[place[code as usize] as usize + 1] += 1;
    }
    for level in 0..level_order.len() {
        row_start[level + 1] += row_start[level];
    }
    let mut next = row_start.clone();
    let mut row_order = vec![0_u32; codes.len()];
    for (row, &code) in codes.iter().enumerate() {
        let level = place[code as usize] as usize;
        row_order[next[level]] = u32::try_from(row).unwrap_or(u32::MAX);
        next[level] += 1;
    }
    (row_order, row_start)
}

fn component_sizes(rows: &Rows<'_>) -> Vec<usize> {
    let mut first_column: Vec<Vec<usize>> = rows
        .rest
        .iter()
        .map(|term| vec![0; term.n_levels])
        .collect();
    place_blocks(rows, &mut first_column).2
}

/// The component of each level, and the components without their sums.
fn components(rows: &Rows<'_>, first_column: &mut [Vec<usize>]) -> (Vec<u32>, Vec<Component>) {
    let p1 = rows.x.len() + 1;
    let (component_of, blocks, sizes) = place_blocks(rows, first_column);
    let component = |(blocks, size): (Vec<RestBlock>, usize)| Component {
        blocks,
        size,
        within: Matrix::zeros(size, size),
        within_right: Matrix::zeros(size, p1),
    };
    (
        component_of,
        blocks.into_iter().zip(sizes).map(component).collect(),
    )
}

/// Connected components, by union-find over the rows: the component of each level of the eliminated
/// factor, the blocks of each component, and its number of columns.
fn place_blocks(
    rows: &Rows<'_>,
    first_column: &mut [Vec<usize>],
) -> (Vec<u32>, Vec<Vec<RestBlock>>, Vec<usize>) {
    let n_levels = rows.eliminated.n_levels;
    let mut offsets = vec![n_levels];
    for term in &rows.rest {
        offsets.push(offsets[offsets.len() - 1] + term.n_levels);
    }
    let mut parent: Vec<usize> = (0..offsets[rows.rest.len()]).collect();
    for row in 0..rows.y.len() {
        let level = rows.eliminated.codes[row] as usize;
        for (term, offset) in rows.rest.iter().zip(&offsets) {
            let (a, b) = (
                root(&mut parent, level),
                root(&mut parent, offset + term.codes[row] as usize),
            );
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut number = vec![u32::MAX; n_levels];
    let mut blocks: Vec<Vec<RestBlock>> = Vec::new();
    let mut component_of = Vec::with_capacity(n_levels);
    for level in 0..n_levels {
        // The smallest member is the root, and it is a level of the eliminated factor.
        let root = root(&mut parent, level);
        if number[root] == u32::MAX {
            number[root] = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
            blocks.push(Vec::new());
        }
        component_of.push(number[root]);
    }
    let mut sizes = vec![0; blocks.len()];
    for (index, (term, offset)) in rows.rest.iter().zip(&offsets).enumerate() {
        for level in 0..term.n_levels {
            let component = number[root(&mut parent, offset + level)] as usize;
            let first = sizes[component];
            first_column[index][level] = first;
            let level = u32::try_from(level).unwrap_or(u32::MAX);
            blocks[component].push(RestBlock {
                term: index,
                level,
                first,
            });
            sizes[component] += term.columns.len();
        }
    }
    (component_of, blocks, sizes)
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

/// The cross-products of a run of levels.
struct Piece {
    n_blocks: usize,
    roots: Vec<Lanes>,
    right: Vec<Lanes>,
    within: Matrix,
    touched_end: Vec<usize>,
    touched: Vec<u32>,
    touched_root: Vec<f64>,
    left_over: Vec<LeftOver>,
}

/// What the rotations of one level leave of the touched columns.
struct LeftOver {
    component: usize,
    columns: Vec<u32>,
    squares: Vec<f64>,
    right: Vec<f64>,
}

impl Piece {
    fn new(rows: &Rows<'_>, layout: &Layout, levels: Range<usize>) -> Self {
        let (p1, width) = (rows.x.len() + 1, rows.eliminated.columns.len());
        let n_blocks = levels.len().div_ceil(LANES);
        let mut piece = Self {
            n_blocks,
            roots: vec![Lanes::ZERO; n_blocks * width * (width + 1) / 2],
            right: vec![Lanes::ZERO; n_blocks * width * p1],
            within: Matrix::zeros(p1, p1),
            touched_end: Vec::new(),
            touched: Vec::new(),
            touched_root: Vec::new(),
            left_over: Vec::new(),
        };
        let mut level_rows = LevelRows::default();
        for (position, level) in levels.enumerate() {
            level_rows.read(rows, layout, level);
            level_rows.rotate(rows, layout, &mut piece.within);
            piece.store(position, &level_rows, width, p1);
            if !layout.components.is_empty() {
                let component = layout.component_of[level] as usize;
                piece.left_over.push(level_rows.left_over(component));
            }
        }
        piece
    }

    fn store(&mut self, position: usize, level: &LevelRows, width: usize, p1: usize) {
        let (block, lane) = (position / LANES, position % LANES);
        let n_touched = level.columns.len();
        let stride = width + n_touched + p1;
        let mut next = block * width * (width + 1) / 2;
        for i in 0..width {
            let row = &level.triangle[i * stride..(i + 1) * stride];
            for j in i..width {
                self.roots[next].0[lane] = row[j];
                next += 1;
            }
            for a in 0..p1 {
                self.right[(block * width + i) * p1 + a].0[lane] = row[width + n_touched + a];
            }
        }
        for column in 0..n_touched {
            self.touched_root
                .extend((0..width).map(|i| level.triangle[i * stride + width + column]));
        }
        self.touched.extend_from_slice(&level.columns);
        self.touched_end.push(self.touched.len());
    }
}

/// Working space for the rows of one level.
#[derive(Default)]
struct LevelRows {
    /// Positions in `row_order`.
    range: Range<usize>,
    /// The touched columns, in increasing order.
    columns: Vec<u32>,
    /// `width` rows of `[R | Q'Z₂ | Q'X | Q'y]`.
    triangle: Vec<f64>,
    row: Vec<f64>,
    squares: Vec<f64>,
    right: Vec<f64>,
}

impl LevelRows {
    fn read(&mut self, rows: &Rows<'_>, layout: &Layout, level: usize) {
        self.range = layout.row_start[level]..layout.row_start[level + 1];
        self.columns.clear();
        for &row in &layout.row_order[self.range.clone()] {
            for (term, first) in rows.rest.iter().zip(&layout.first_column) {
                let start = first[term.codes[row as usize] as usize];
                self.columns
                    .extend((start..start + term.columns.len()).map(|column| column as u32));
            }
        }
        self.columns.sort_unstable();
        self.columns.dedup();
    }

    fn rotate(&mut self, rows: &Rows<'_>, layout: &Layout, within: &mut Matrix) {
        let (p1, width, n_touched) = (
            rows.x.len() + 1,
            rows.eliminated.columns.len(),
            self.columns.len(),
        );
        let stride = width + n_touched + p1;
        self.triangle.clear();
        self.triangle.resize(width * stride, 0.0);
        self.squares.clear();
        self.squares.resize(n_touched * n_touched, 0.0);
        self.right.clear();
        self.right.resize(n_touched * p1, 0.0);
        for position in self.range.clone() {
            self.fill_row(rows, layout, layout.row_order[position] as usize, stride);
            for i in 0..width {
                rotate_into(
                    &mut self.triangle[i * stride..(i + 1) * stride],
                    &mut self.row,
                    i,
                );
            }
            let (touched, right) = self.row[width..].split_at(n_touched);
            for a in 0..p1 {
                let value = right[a];
                let target = &mut within.row_mut(a)[a..];
                for (sum, other) in target.iter_mut().zip(&right[a..]) {
                    *sum += value * other;
                }
            }
            for (i, &value) in touched.iter().enumerate() {
                crate::matrix::add_scaled(
                    &mut self.squares[i * n_touched..(i + 1) * n_touched],
                    value,
                    touched,
                );
                crate::matrix::add_scaled(&mut self.right[i * p1..(i + 1) * p1], value, right);
            }
        }
    }

    fn fill_row(&mut self, rows: &Rows<'_>, layout: &Layout, row: usize, stride: usize) {
        self.row.clear();
        self.row
            .extend(rows.eliminated.columns.iter().map(|column| column[row]));
        let width = self.row.len();
        self.row.resize(stride - rows.x.len() - 1, 0.0);
        for (term, first) in rows.rest.iter().zip(&layout.first_column) {
            let start = first[term.codes[row] as usize];
            let at = self
                .columns
                .partition_point(|&column| (column as usize) < start);
            for (a, column) in term.columns.iter().enumerate() {
                self.row[width + at + a] += column[row];
            }
        }
        self.row.extend(rows.x.iter().map(|column| column[row]));
        self.row.push(rows.y[row]);
    }

    fn left_over(&self, component: usize) -> LeftOver {
        LeftOver {
            component,
            columns: self.columns.clone(),
            squares: self.squares.clone(),
            right: self.right.clone(),
        }
    }
}

/// The rotation that takes element `i` of `row` into the triangle; its cosine and sine.
#[inline]
pub(super) fn rotate_into(triangle: &mut [f64], row: &mut [f64], i: usize) -> (f64, f64) {
    let incoming = row[i];
    if incoming == 0.0 {
        return (1.0, 0.0);
    }
    let pivot = triangle[i];
    let length = (pivot * pivot + incoming * incoming).sqrt();
    let (cosine, sine) = (pivot / length, incoming / length);
    for (kept, passing) in triangle[i..].iter_mut().zip(&mut row[i..]) {
        let (a, b) = (*kept, *passing);
        *kept = cosine * a + sine * b;
        *passing = cosine * b - sine * a;
    }
    (cosine, sine)
}
