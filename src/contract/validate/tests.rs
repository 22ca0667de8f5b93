//! Every rule, made to appear by a small document.
