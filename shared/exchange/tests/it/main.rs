//! Readers and writers from the outside: synthetic files of every layout, and the real ones where
//! the folder is there.

mod bad_input;
mod build;
mod layouts;
mod real_data;
mod velocities;
mod writers;
