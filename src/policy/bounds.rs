//! Bounds of a number, or of a percentage of all things.

/// Inclusive bounds of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least, if bounded below.
    pub min: Option<u64>,
    /// The most, if bounded above.
    pub max: Option<u64>,
    /// The same in percent of all that there are.
    pub percent: Percent,
}

/// Inclusive bounds in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percent {
    /// The least, if bounded below.
    pub min: Option<u64>,
    /// The most, if bounded above.
    pub max: Option<u64>,
}

impl Bounds {
    /// Whether they depend on how many there are in all.
    pub fn are_relative(self) -> bool {
        self.percent != Percent::default()
    }

    /// The bounds where there are that many: the most rounded down, the least rounded up.
    #[must_use]
    pub fn of(self, all: u64) -> Self {
        let hundredths = |percent: u64| u128::from(all) * u128::from(percent);
        let number = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        let most = self.percent.max.map(|percent| number(hundredths(percent) / 100));
        let least = self.percent.min.map(|percent| number(hundredths(percent).div_ceil(100)));
        Self { min: self.min.or(least), max: self.max.or(most), percent: Percent::default() }
    }

    /// Whether the number lies within.
    pub fn contain(self, number: u64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.are_relative() {
            let least = self.percent.min.map(|min| format!("at least {min}%")).into_iter();
            let least = least.chain(self.min.map(|min| format!("at least {min}")));
            let most = self.percent.max.map(|max| format!("at most {max}%")).into_iter();
            let all: Vec<String> = least.chain(most).chain(self.max.map(|max| format!("at most {max}"))).collect();
            return f.write_str(&all.join(" and "));
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "exactly {min}"),
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any number"),
        }
    }
}
