//! Slices: the elements that a reduction brings together, result by result.
//!
//! Reducing axis 0 of `(2,3):(24,8)+0` brings together bytes 0 and 24, 8 and 32, 16 and 40.

use crate::Listing;
use crate::listing::for_each_index;

impl Listing {
    /// For each index of the axes that are not reduced, in C order, where its elements lie, in C
    /// order of the reduced axes.
    pub fn slices(&self, reduced: &[usize]) -> Vec<Vec<i64>> {
        let extents = |keep: bool| -> Vec<i64> {
            let axes = self.shape.iter().enumerate();
            axes.map(|(axis, &n)| if reduced.contains(&axis) == keep { 1 } else { n }).collect()
        };
        let mut slices = Vec::new();
        for_each_index(&extents(true), |outer| {
            let mut slice = Vec::new();
            for_each_index(&extents(false), |inner| {
                let index: Vec<i64> = outer.iter().zip(inner).map(|(a, b)| a + b).collect();
                slice.push(self.at(&index));
            });
            slices.push(slice);
        });
        slices
    }
}

#[cfg(test)]
mod tests {
    use crate::Strided;

    #[test]
    fn bring_together_what_differs_in_reduced_indices_alone() {
        let list = Strided::new(&[2, 3], &[24, 8], 0, 8).list();
        assert_eq!(list.slices(&[0]), [[0, 24], [8, 32], [16, 40]]);
        assert_eq!(list.slices(&[1]), [[0, 8, 16], [24, 32, 40]]);
        assert_eq!(list.slices(&[]).len(), 6);
        assert_eq!(list.slices(&[0, 1]), [[0, 8, 16, 24, 32, 40]]);
        assert_eq!(Strided::new(&[2, 0], &[8, 8], 0, 8).list().slices(&[1]), [[0; 0]; 2]);
        assert!(Strided::new(&[2, 0], &[8, 8], 0, 8).list().slices(&[0]).is_empty());
    }
}
