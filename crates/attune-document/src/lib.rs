//! Reports as documents that people hand on: PDF and DOCX.
