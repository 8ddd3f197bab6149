// The tables and how they came about: numbered migrations, run once each, in order. Also the two
// checks at start that need to read everything: page MACs and the journal's hash chains.
#pragma once

#include "core/base/ids.h"
#include "wallet/store/database.h"
#include "wallet/store/errors.h"

#include <map>
#include <vector>

namespace runnel::store {

/// The schema this program writes.
extern const std::int64_t schema_version;

/// Brings an older database up to schema_version, each step in a transaction of its own.
/// NewerVersion, Damaged, IoError.
Result<void, StoreError> migrate(Connection& db);

/// The last entry of a subject's journal.
struct JournalEnd {
    std::uint64_t sequence = 0;
    Bytes body;
};
using JournalEnds = std::map<Bytes, JournalEnd>;  ///< By subject.

/// The journal as found.
struct JournalState {
    std::map<Bytes, Hash256> heads;  ///< Last hash by subject.
    JournalEnds ends;
    std::uint64_t last_sequence = 0;
    std::vector<Damaged> damage;  ///< The first of each subject; empty when all is well.
};
/// Reads every entry and follows every chain. Never changes anything.
JournalState verify_journal(Connection& db);

/// Pages of the database file whose MAC is wrong; empty when all is well.
std::vector<Damaged> verify_pages(Connection& db);

/// An error of the library as one of the store's.
StoreError as_store_error(const DbError& error, const char* operation);

}  // namespace runnel::store
