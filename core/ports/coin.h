// Wallet coins and the planning of transactions that spend them. The node owns the set of coins; a
// CoinPlanner chooses among them and lays out a transaction, as a pure function. It never signs and
// never remembers.
#pragma once

#include "core/bitcoin/transaction.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace runnel::ports {

enum class AddressType : std::uint8_t { p2wpkh, p2tr };

/// A wallet key: m/84'/c'/0'/branch/index or m/86'/c'/0'/branch/index.
struct KeyPath {
    AddressType type = AddressType::p2wpkh;
    bool change = false;
    std::uint32_t index = 0;
    friend auto operator<=>(const KeyPath&, const KeyPath&) = default;
};

struct Coin {
    bitcoin::OutPoint outpoint;
    bitcoin::TxOut output;
    KeyPath path;
    std::optional<BlockHeight> confirmed;  ///< Nothing: unconfirmed.
    bool coinbase =
        false;          ///< Of a block's first transaction: spendable a hundred blocks deep only.
    bool ours = false;  ///< Made by a transaction of our own (change): safe to spend unconfirmed.
    friend bool operator==(const Coin&, const Coin&) = default;
};

/// What a transaction shall do.
struct SpendRequest {
    /// Outputs in the order wanted. With `drain`, the last one takes all that is left and its value
    /// is ignored.
    std::vector<bitcoin::TxOut> outputs;
    bool drain = false;
    FeeratePerKw feerate;
    bitcoin::Script change_script;
    /// Inputs that are spent in any case (an anchor, an HTLC transaction's own input), with their
    /// witness weight.
    struct Fixed {
        bitcoin::TxIn input;
        bitcoin::TxOut output;
        std::uint64_t witness_weight = 0;
    };
    std::vector<Fixed> fixed;
    /// Weight and fee of a parent that this child pays for (CPFP); zero for none.
    std::uint64_t parent_weight = 0;
    Sat parent_fee;
    bool confirmed_only = false;
    /// Kept behind as confirmed coins: never spent, not even in part. `keep_count` coins of at
    /// least `keep_each`.
    Sat keep_each;
    std::size_t keep_count = 0;
    std::uint32_t version = 2;
    std::uint32_t lock_time = 0;
    std::uint32_t sequence = 0xfffffffd;  ///< RBF signalled (BIP 125), lock time active.
    /// Keep outputs and fixed inputs in the given order at the front (SINGLE signatures): coins and
    /// change go behind.
    bool keep_order = false;
};

struct SpendPlan {
    bitcoin::Transaction tx;                    ///< Unsigned.
    std::vector<bitcoin::TxOut> spent;          ///< By input, in order.
    std::vector<std::optional<KeyPath>> paths;  ///< By input; nothing for fixed ones.
    std::vector<bitcoin::OutPoint> coins;       ///< The wallet's coins among the inputs.
    Sat fee;
    std::uint64_t weight = 0;  ///< Estimate with signatures, an upper bound.
    std::optional<std::uint32_t> change_index;
};

struct InsufficientFunds {
    Sat available;
    Sat needed;
};  ///< `available` is what may be spent, the fee not deducted.
struct DustOutput {
    std::size_t index;
    Sat least;
};
struct ReserveTouched {
    Sat available;
    Sat needed;
    Sat reserve;
};  ///< Would do, but only with what is kept behind.
struct FeerateOutOfRange {
    FeeratePerKw asked;
};
struct NothingToSpend {};
using SpendError =
    std::variant<InsufficientFunds, DustOutput, ReserveTouched, FeerateOutOfRange, NothingToSpend>;

class CoinPlanner {
public:
    virtual ~CoinPlanner() = default;
    /// Pure: the same coins, request and entropy give the same plan. `entropy` shuffles (single
    /// random draw, change position).
    virtual Result<SpendPlan, SpendError> plan(std::span<const Coin> coins,
                                               const SpendRequest& request,
                                               const Hash256& entropy) const = 0;
};

}  // namespace runnel::ports
