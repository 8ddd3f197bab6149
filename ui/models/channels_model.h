// ChannelsModel: the channels of the latest picture, diffed by id, so that a view keeps its place
// while figures change. Those that are over come last. data() is a lookup; widgets take the whole
// view with at().
#pragma once

#include "core/api/snapshot.h"

#include <QAbstractListModel>

#include <vector>

namespace runnel::ui {

class ChannelsModel : public QAbstractListModel {
    Q_OBJECT
public:
    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    /// Qt::DisplayRole: the peer's key in hex, for searching.
    QVariant data(const QModelIndex& index, int role) const override;
    const api::ChannelView& at(int row) const { return m_channels[static_cast<std::size_t>(row)]; }
    /// Also by the id that it had while it was being agreed on.
    const api::ChannelView* find(const ChannelId& id) const;

    void update(const std::vector<api::ChannelView>& channels);

private:
    /// A channel whose id has changed is the same one, in the same row.
    void followIds(const std::vector<api::ChannelView>& wanted);
    std::vector<api::ChannelView> m_channels;
};

}  // namespace runnel::ui
