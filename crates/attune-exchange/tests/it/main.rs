//! Files as people have them, read by studies as people write them.

mod boris_exports;
mod consents;
mod folder;
mod format_page;
mod formats;
mod hostile_files;
mod layouts;
mod round_trip;
mod schemes;
mod study;
mod video_round_trips;
mod video_samples;
mod what_is_lost;
mod workbooks;
mod wrong_codings;
mod wrong_details;
mod wrong_input;
