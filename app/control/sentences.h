// Sentences in plain words for the command line: what a channel is doing, what went wrong, why, and
// what to try. Pure; numbers come from snapshots and Problems, nothing is worked out here but their
// form.
#pragma once

#include "core/api/command.h"
#include "core/api/snapshot.h"

#include <cstdint>
#include <string>
#include <vector>

namespace runnel::control {

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t number);
/// Whole satoshi, rounded down: what can really be had.
std::string sat_text(Sat amount);
std::string sat_text(Msat amount);

/// Satoshi per vbyte, as exactly as parse_feerate() reads it: "1.012".
std::string feerate_text(FeeratePerKw feerate);

/// "Open. You can send 71,204 sat and receive 18,000 sat." An open channel promises nothing for now
/// while the chain is not seen.
std::string sentence_of(const api::ChannelView& channel, const api::ChainView& chain = {});

/// A failure in words.
struct Wording {
    std::string message;  ///< What happened and why.
    std::string advice;   ///< What to try; may be empty.
};
Wording wording_of(const api::Problem& problem);

/// What stays behind when everything was to be sent, a sentence a part; empty when nothing does.
std::string kept_sentence(const std::vector<api::Kept>& parts);

}  // namespace runnel::control
