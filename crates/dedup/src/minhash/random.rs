//! The numbers of numpy's `RandomState(seed).randint(.., dtype=uint64)`.
//!
//! MT19937 (Matsumoto and Nishimura 1998, `init_genrand`), two outputs a number, the first of them
//! the higher half; numbers above the bound are drawn again after masking, as numpy's legacy
//! generator does.

const SIZE: usize = 624;
const SHIFT: usize = 397;
const MATRIX: u32 = 0x9908_b0df;

/// The generator.
pub(super) struct RandomState {
    state: [u32; SIZE],
    next: usize,
}

impl RandomState {
    pub(super) fn new(seed: u32) -> Self {
        let mut last = seed;
        let mut state = [seed; SIZE];
        for (i, word) in (1..).zip(state.iter_mut().skip(1)) {
            last = 1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i);
            *word = last;
        }
        Self { state, next: SIZE }
    }

    /// A number of `low..high`, where `high` is above 2^32 + `low`.
    pub(super) fn below(&mut self, low: u64, high: u64) -> u64 {
        let span = high - 1 - low;
        let mask = u64::MAX >> span.leading_zeros();
        loop {
            let number = self.next_u64() & mask;
            if number <= span {
                return low + number;
            }
        }
    }

    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    fn next_u32(&mut self) -> u32 {
        if self.next == SIZE {
            self.turn();
            self.next = 0;
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn turn(&mut self) {
        for i in 0..SIZE {
            let next = self.state[(i + 1) % SIZE];
            let y = (self.state[i] & 0x8000_0000) | (next & 0x7fff_ffff);
            let matrix = if y & 1 == 1 { MATRIX } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % SIZE] ^ (y >> 1) ^ matrix;
        }
    }
}
