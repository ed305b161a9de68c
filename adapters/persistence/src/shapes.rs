//! Statements in few shapes: a database parses and plans a statement once for each number of rows that it names, which
//! costs more than running it. So rows go in by sixty-four, sixteen, four and one, and lists are filled up.

/// Rows of one statement.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// The rows in portions of few sizes, in order.
pub(crate) fn portions<T>(mut rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let rest = rows.split_off(size);
        Some(std::mem::replace(&mut rows, rest))
    })
}

/// The values of a list in which repeats do no harm, the last repeated until there are 1, 4, 16, 64, …
pub(crate) fn filled<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let mut size = 1;
    while size < values.len() {
        size *= 4;
    }
    if let Some(last) = values.last().cloned() {
        values.resize(size, last);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_hold_every_row_in_order() {
        for count in 0..300 {
            let rows: Vec<usize> = (0..count).collect();
            let sizes: Vec<usize> = portions(rows.clone()).map(|portion| portion.len()).collect();
            assert!(sizes.iter().all(|size| SIZES.contains(size)), "{sizes:?}");
            assert_eq!(portions(rows.clone()).flatten().collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn lists_are_filled_with_what_they_hold() {
        assert_eq!(filled([1]), [1]);
        assert_eq!(filled([1, 2]), [1, 2, 2, 2]);
        assert_eq!(filled(0..17).len(), 64);
        assert!(filled(Vec::<u8>::new()).is_empty());
    }
}
