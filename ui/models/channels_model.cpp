#include "ui/models/channels_model.h"

#include "ui/models/diff.h"

namespace runnel::ui {

int ChannelsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_channels.size());
}

QVariant ChannelsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || role != Qt::DisplayRole) return {};
    return QString::fromStdString(at(index.row()).peer.hex());
}

const api::ChannelView* ChannelsModel::find(const ChannelId& id) const {
    const auto by = [this](const auto& fits) {
        const auto found = std::find_if(m_channels.begin(), m_channels.end(), fits);
        return found == m_channels.end() ? nullptr : &*found;
    };
    // An id that somebody has now comes first: the other one may be made up.
    const auto* const found = by([&](const auto& c) { return c.channel_id == id; });
    return found != nullptr ? found : by([&](const auto& c) { return c.was == id; });
}

void ChannelsModel::followIds(const std::vector<api::ChannelView>& wanted) {
    const auto has = [](const std::vector<api::ChannelView>& list, const ChannelId& id) {
        return std::any_of(list.begin(), list.end(),
                           [&](const auto& c) { return c.channel_id == id; });
    };
    for (const auto& channel : wanted) {
        if (!channel.was || has(m_channels, channel.channel_id) || has(wanted, *channel.was))
            continue;
        for (std::size_t row = 0; row < m_channels.size(); ++row) {
            if (m_channels[row].channel_id != *channel.was) continue;
            m_channels[row] = channel;
            emit dataChanged(index(static_cast<int>(row)), index(static_cast<int>(row)));
            break;
        }
    }
}

void ChannelsModel::update(const std::vector<api::ChannelView>& channels) {
    auto wanted = channels;
    std::stable_partition(wanted.begin(), wanted.end(),
                          [](const auto& c) { return c.state != "closed"; });
    followIds(wanted);
    struct Editor {
        ChannelsModel& model;
        void removed(int row) {
            model.beginRemoveRows({}, row, row);
            model.m_channels.erase(model.m_channels.begin() + row);
            model.endRemoveRows();
        }
        void inserted(int row, const api::ChannelView& value) {
            model.beginInsertRows({}, row, row);
            model.m_channels.insert(model.m_channels.begin() + row, value);
            model.endInsertRows();
        }
        void changed(int row, const api::ChannelView& value) {
            model.m_channels[static_cast<std::size_t>(row)] = value;
            emit model.dataChanged(model.index(row), model.index(row));
        }
    } editor{*this};
    diffRows(
        m_channels, wanted, [](const api::ChannelView& c) { return c.channel_id; }, editor);
}

}  // namespace runnel::ui
