//! Many short lists in two allocations.

/// A list of lists, each appended whole, in order.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    items: Vec<T>,
    /// Where each row ends.
    ends: Vec<u32>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T, R: IntoIterator<Item = T>> FromIterator<R> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = R>>(rows: I) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|row| all.push(row));
        all
    }
}

impl<T> Rows<T> {
    /// Appends a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = T>) {
        self.items.extend(row);
        self.ends.push(end(self.items.len()));
    }

    /// Adds an item to the row after the last one, which [`Rows::close`] ends.
    pub fn add(&mut self, item: T) {
        self.items.push(item);
    }

    /// Makes room for so many rows, with so many items in all.
    pub fn reserve(&mut self, rows: usize, items: usize) {
        self.ends.reserve_exact(rows);
        self.items.reserve_exact(items);
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        self.items.clear();
        self.ends.clear();
    }

    /// Where that row stands among all items.
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..self.ends[row] as usize
    }

    /// The row at that place.
    pub fn of(&self, row: usize) -> &[T] {
        &self.items[self.range(row)]
    }

    /// All items, row after row.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len()).map(|row| self.of(row))
    }
}

fn end(at: usize) -> u32 {
    u32::try_from(at).expect("an organization has fewer than four thousand million grants")
}

impl<T: Copy + Ord> Rows<T> {
    /// Ends the row of the items that were added: sorted, each once.
    pub fn close(&mut self) {
        let start = self.ends.last().map_or(0, |&last| last as usize);
        // As nearly always: a snapshot has them in order.
        if !self.items[start..].is_sorted_by(|a, b| a < b) {
            let mut row = self.items.split_off(start);
            row.sort_unstable();
            row.dedup();
            self.items.append(&mut row);
        }
        self.ends.push(end(self.items.len()));
    }

    /// Appends a row, sorted, each item once.
    pub fn push_sorted(&mut self, row: impl IntoIterator<Item = T>) {
        self.items.extend(row);
        self.close();
    }
}

impl<T: Copy> Rows<T> {
    /// The inverse relation: for each of `count` items (placed by `at`), the rows that hold it, in order.
    pub fn inverse(&self, count: usize, at: impl Fn(T) -> usize) -> Rows<u32> {
        let mut sizes = vec![0u32; count];
        for &item in &self.items {
            sizes[at(item)] += 1;
        }
        let mut next: Vec<u32> = Vec::with_capacity(count);
        let mut ends = Vec::with_capacity(count);
        let mut total = 0;
        for size in sizes {
            next.push(total);
            total += size;
            ends.push(total);
        }
        let mut items = vec![0; self.items.len()];
        for (row, held) in self.iter().enumerate() {
            for &item in held {
                let place = &mut next[at(item)];
                items[*place as usize] = u32::try_from(row).expect("rows are counted by u32");
                *place += 1;
            }
        }
        Rows { items, ends }
    }

    /// Appends the rows of another list.
    pub fn append(&mut self, other: &Self) {
        let base = self.items.len();
        self.items.extend_from_slice(&other.items);
        self.ends.extend(other.ends.iter().map(|&at| end(base + at as usize)));
    }

    /// The same rows of something else.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Rows<U> {
        Rows { items: self.items.into_iter().map(f).collect(), ends: self.ends }
    }
}
