//! The application in the browser: pages, forms, people and what they may see.
