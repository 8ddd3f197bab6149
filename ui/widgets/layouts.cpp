#include "ui/widgets/layouts.h"

#include "ui/style/theme.h"

#include <QResizeEvent>

namespace runnel::ui {

FlowLayout::FlowLayout(int gap, int row_gap, QWidget* parent) : QLayout(parent), m_row_gap(row_gap) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(gap);
}

FlowLayout::~FlowLayout() {
    while (auto* const item = takeAt(0)) delete item;
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const auto* const item : m_items) size = size.expandedTo(item->minimumSize());
    return size;
}

QSize FlowLayout::sizeHint() const {
    int width = 0, height = 0;
    for (const auto* const item : m_items) {
        if (item->isEmpty()) continue;
        width += item->sizeHint().width() + (width == 0 ? 0 : spacing());
        height = qMax(height, item->sizeHint().height());
    }
    return {width, height};
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowLayout::arrange(const QRect& rect, bool apply) const {
    const bool mirrored = parentWidget() != nullptr && parentWidget()->layoutDirection() == Qt::RightToLeft;
    int x = 0, y = 0, row = 0;
    for (auto* const item : m_items) {
        if (item->isEmpty()) continue;
        QSize size = item->sizeHint();
        size.setWidth(qMin(size.width(), qMax(rect.width(), item->minimumSize().width())));
        if (item->hasHeightForWidth()) size.setHeight(item->heightForWidth(size.width()));
        if (x > 0 && x + size.width() > rect.width()) {
            x = 0;
            y += row + m_row_gap;
            row = 0;
        }
        if (apply) {
            const int left = mirrored ? rect.right() + 1 - x - size.width() : rect.x() + x;
            item->setGeometry(QRect(QPoint(left, rect.y() + y), size));
        }
        x += size.width() + spacing();
        row = qMax(row, size.height());
    }
    return y + row;
}

Columns::Columns(int threshold, QWidget* parent)
    : QWidget(parent), m_layout(new QBoxLayout(QBoxLayout::TopToBottom, this)), m_threshold(threshold) {
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(space::normal);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Columns::add(QWidget* widget, int stretch, Qt::Alignment alignment) { m_layout->addWidget(widget, stretch, alignment); }

void Columns::resizeEvent(QResizeEvent* event) {
    const bool side_by_side = event->size().width() >= Theme::current().px(m_threshold);
    const auto wanted = side_by_side ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom;
    if (m_layout->direction() != wanted) m_layout->setDirection(wanted);
    QWidget::resizeEvent(event);
}

}  // namespace runnel::ui
