//! What goes out into the world: the public study page, its cookies page and the open-data crate.
