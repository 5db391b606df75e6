//! Identity of two sequences after global alignment (Needleman and Wunsch 1970) with BORIS's scores:
//! 1 for a match, −1 for a mismatch and for a gap. Where paths tie, BORIS goes back diagonally, then by
//! a gap in the second, then by a gap in the first sequence.

/// Identical columns of the alignment in percent.
pub fn identity_percent(first: &[usize], second: &[usize]) -> f64 {
    let (n, m) = (first.len(), second.len());
    let width = m + 1;
    // 0 diagonal, 1 a gap in the second, 2 a gap in the first.
    let mut steps = vec![0_u8; (n + 1) * width];
    let mut above: Vec<i32> = (0..=m as i32).map(|j| -j).collect();
    let mut row = vec![0_i32; width];
    for i in 1..=n {
        row[0] = -(i as i32);
        for j in 1..=m {
            let matched = if first[i - 1] == second[j - 1] { 1 } else { -1 };
            let (diagonal, up, left) = (above[j - 1] + matched, above[j] - 1, row[j - 1] - 1);
            let best = diagonal.max(up).max(left);
            row[j] = best;
            steps[i * width + j] = if best == diagonal {
                0
            } else if best == up {
                1
            } else {
                2
            };
        }
        std::mem::swap(&mut above, &mut row);
    }
    let (mut i, mut j) = (n, m);
    let (mut columns, mut identical) = (0, 0);
    while i > 0 && j > 0 {
        match steps[i * width + j] {
            0 => {
                identical += usize::from(first[i - 1] == second[j - 1]);
                (i, j) = (i - 1, j - 1);
            }
            1 => i -= 1,
            _ => j -= 1,
        }
        columns += 1;
    }
    columns += i + j;
    identical as f64 / columns as f64 * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_costs_two_gaps() {
        assert_eq!(identity_percent(&[1, 2, 3, 4], &[2, 3, 4, 5]), 60.0);
        assert_eq!(identity_percent(&[1, 1], &[1, 1]), 100.0);
        assert_eq!(identity_percent(&[1, 2], &[]), 0.0);
    }
}
