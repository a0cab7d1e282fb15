//! Readers and writers from the outside: synthetic files of every layout, and the real ones where
//! the folder is there.

mod real_data;
