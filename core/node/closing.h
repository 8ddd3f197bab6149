// What the rest of the node asks of closing.cpp beside handlers.h.
#pragma once

#include "core/node/handlers.h"

namespace runnel::node {

/// Is this output the channel's: its funding output, or one of a transaction of its close?
bool concerns_channel(const channel::Channel& channel, const bitcoin::OutPoint& outpoint);
/// A reorg removed blocks from `height` on.
void spends_gone_from(Draft& draft, const ChannelId& id, BlockHeight height, const Scope& scope);
/// Preimages that an unconfirmed transaction shows are as good as those of a confirmed one.
void see_preimages(Draft& draft, const bitcoin::Transaction& tx, const Scope& scope);

}  // namespace runnel::node
