//! monorepo
