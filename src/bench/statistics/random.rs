//! Random numbers that follow from a seed: xoshiro256++, its state filled by splitmix64 (Blackman and Vigna).

/// A generator.
#[derive(Clone, Debug)]
pub(in crate::bench) struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator whose numbers follow from these values.
    pub(in crate::bench) fn of(values: &[f64]) -> Self {
        let mut seed = 0x5344_445f_6265_6e63;
        for value in values {
            seed = mixed(seed ^ value.to_bits());
        }
        Self::new(seed)
    }

    /// A generator whose numbers follow from a seed.
    pub(in crate::bench) fn new(mut seed: u64) -> Self {
        let state = [(); 4].map(|()| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mixed(seed)
        });
        Self { state }
    }

    /// The next number.
    pub(in crate::bench) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let out = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        out
    }

    /// One of the numbers from 0 to below `end`, which is not 0.
    pub(in crate::bench) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.next()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// Puts values into an order by chance.
    pub(in crate::bench) fn shuffle(&mut self, values: &mut [f64]) {
        for last in (1..values.len()).rev() {
            let other = self.below(last + 1);
            values.swap(last, other);
        }
    }
}

/// The mixing function of splitmix64.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix_gives_the_numbers_of_its_authors() {
        // The state is the first four outputs of splitmix64 from 0.
        assert_eq!(
            Random::new(0).state,
            [
                0xe220_a839_7b1d_cdaf,
                0x6e78_9e6a_a1b9_65f4,
                0x06c4_5d18_8009_454f,
                0xf88b_b8a8_724c_81ec
            ]
        );
    }

    #[test]
    fn every_number_comes_about_as_often() {
        let mut random = Random::of(&[1.0, 2.0]);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
        }
        assert!(
            counts.iter().all(|count| (9500..10_500).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn shuffled_values_are_the_same_values() {
        let mut random = Random::new(7);
        let mut values: Vec<f64> = (0..50).map(f64::from).collect();
        let before = values.clone();
        random.shuffle(&mut values);
        assert_ne!(values, before);
        values.sort_by(f64::total_cmp);
        assert_eq!(values, before);
    }
}
