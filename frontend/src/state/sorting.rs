//! The order of a list as the address writes it, `column [desc]`, and as the head of a table shows it.

/// How a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The list is not sorted by it.
    None,
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

impl Direction {
    /// As `aria-sort` says it.
    pub fn aria(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// How the list is sorted by `column`.
pub fn direction(order_by: Option<&str>, column: &str) -> Direction {
    let Some(order) = order_by.map(str::trim) else { return Direction::None };
    match order.split_once(' ').map(|(name, rest)| (name, rest.trim())) {
        Some((name, "desc")) if name == column => Direction::Descending,
        Some((name, "asc")) if name == column => Direction::Ascending,
        None if order == column => Direction::Ascending,
        _ => Direction::None,
    }
}

/// The order after a click on the head of `column`: first one way, then the other, then none.
/// `descending_first` is for columns whose greatest values matter.
pub fn next_order(order_by: Option<&str>, column: &str, descending_first: bool) -> Option<String> {
    let (ascending, descending) = (column.to_owned(), format!("{column} desc"));
    match (direction(order_by, column), descending_first) {
        (Direction::None, false) | (Direction::Descending, true) => Some(ascending),
        (Direction::None, true) | (Direction::Ascending, false) => Some(descending),
        (Direction::Ascending, true) | (Direction::Descending, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_goes_through_both_orders_and_back() {
        assert_eq!(next_order(None, "class", false).as_deref(), Some("class"));
        assert_eq!(next_order(Some("class"), "class", false).as_deref(), Some("class desc"));
        assert_eq!(next_order(Some("class desc"), "class", false), None);
        assert_eq!(next_order(Some("class"), "lof", true).as_deref(), Some("lof desc"));
        assert_eq!(next_order(Some("lof desc"), "lof", true).as_deref(), Some("lof"));
        assert_eq!(next_order(Some("lof"), "lof", true), None);
    }

    #[test]
    fn an_order_written_by_hand_is_nobody_s_column() {
        assert_eq!(direction(Some("abs(lof) desc"), "lof"), Direction::None);
        assert_eq!(direction(Some("lof desc nulls last"), "lof"), Direction::None);
        assert_eq!(direction(Some(" lof asc "), "lof"), Direction::Ascending);
    }
}
