// ChannelBar: one channel as a bar: what is ours, what of it the channel keeps back, what is in
// flight, what is theirs. Each part has a pattern of its own besides its colour, and a legend with
// its figure below. Mirrors with the reading direction.
#pragma once

#include "ui/format/figures.h"

#include <QWidget>

#include <vector>

namespace runnel::ui {

class ChannelBar : public QWidget {
    Q_OBJECT
public:
    using Part = ChannelPart;
    using Share = ChannelShare;
    explicit ChannelBar(const char* object_name, QWidget* parent = nullptr);
    void set(const api::ChannelView& channel);
    const std::vector<Share>& shares() const { return m_shares; }

private:
    std::vector<Share> m_shares;
    QWidget* m_bar;
    QWidget* m_legend;
};

QString partName(ChannelBar::Part part);

}  // namespace runnel::ui
