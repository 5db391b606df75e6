//! The random numbers of Python's `random` module (Mersenne Twister, Matsumoto and Nishimura 1998), so
//! that made-up data are the same bytes as those of the Python script that first made them.

const N: usize = 624;
const M: usize = 397;

/// `random.Random(seed)`.
pub struct PythonRandom {
    state: [u32; N],
    next: usize,
}

impl PythonRandom {
    /// Seeds as `random.seed` does with a whole number below 2³².
    pub fn new(seed: u32) -> Self {
        let mut random = Self {
            state: [0; N],
            next: N,
        };
        random.state[0] = 19_650_218;
        for place in 1..N {
            random.state[place] = random
                .mixed(place, 1_812_433_253)
                .wrapping_add(place as u32);
        }
        let mut place = 1;
        for _ in 0..N {
            random.state[place] =
                (random.state[place] ^ random.mixed(place, 1_664_525)).wrapping_add(seed);
            place = random.following(place);
        }
        for _ in 1..N {
            random.state[place] = (random.state[place] ^ random.mixed(place, 1_566_083_941))
                .wrapping_sub(place as u32);
            place = random.following(place);
        }
        random.state[0] = 0x8000_0000;
        random
    }

    fn mixed(&self, place: usize, factor: u32) -> u32 {
        let before = self.state[place - 1];
        (before ^ (before >> 30)).wrapping_mul(factor)
    }

    /// The next place in seeding; the last element is carried over to the first.
    fn following(&mut self, place: usize) -> usize {
        if place + 1 < N {
            return place + 1;
        }
        self.state[0] = self.state[N - 1];
        1
    }

    fn bits(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut bits = self.state[self.next];
        self.next += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    fn twist(&mut self) {
        for place in 0..N {
            let joined =
                (self.state[place] & 0x8000_0000) | (self.state[(place + 1) % N] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[place] = self.state[(place + M) % N] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// `random()`: at least 0, below 1, 53 bits.
    pub fn unit(&mut self) -> f64 {
        let (high, low) = (self.bits() >> 5, self.bits() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// `randrange(n)`, for n of at most 32 bits.
    pub fn below(&mut self, n: u32) -> u32 {
        let n_bits = u32::BITS - n.leading_zeros();
        loop {
            let drawn = self.bits() >> (u32::BITS - n_bits);
            if drawn < n {
                return drawn;
            }
        }
    }
}
