#include "ui/widgets/layouts.h"

#include "ui/style/theme.h"

namespace runnel::ui {

int heightOf(const QLayoutItem& item, int width) {
    return item.hasHeightForWidth() ? item.heightForWidth(width) : item.sizeHint().height();
}

FlowLayout::FlowLayout(int gap, int row_gap, QWidget* parent)
    : QLayout(parent), m_row_gap(row_gap) {
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
    const bool mirrored =
        parentWidget() != nullptr && parentWidget()->layoutDirection() == Qt::RightToLeft;
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

ColumnsLayout::ColumnsLayout(int threshold, QWidget* parent)
    : QBoxLayout(QBoxLayout::TopToBottom, parent), m_threshold(threshold) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(space::normal);
}

bool ColumnsLayout::isBeside(int width) const { return width >= Theme::current().px(m_threshold); }

int ColumnsLayout::heightForWidth(int width) const {
    if (isBeside(width))
        return direction() == QBoxLayout::LeftToRight ? QBoxLayout::heightForWidth(width)
                                                      : besideHeight(width);
    int height = -spacing();
    for (int i = 0; i < count(); ++i) {
        auto* const item = itemAt(i);
        if (!item->isEmpty()) height += heightOf(*item, width) + spacing();
    }
    return qMax(height, 0);
}

/// Before they are beside each other, as QBoxLayout will share the width: what is not stretched has
/// what it would like, the rest is shared by the stretches, and nobody has less than it needs.
int ColumnsLayout::besideHeight(int width) const {
    QList<int> shown;
    int rest = width + spacing(), parts = 0;
    for (int i = 0; i < count(); ++i) {
        auto* const item = itemAt(i);
        if (item->isEmpty()) continue;
        shown << i;
        parts += stretch(i);
        rest -= spacing() + (stretch(i) == 0 ? item->sizeHint().width() : 0);
    }
    int height = 0;
    for (const int i : shown) {
        auto* const item = itemAt(i);
        int share = item->sizeHint().width();
        if (stretch(i) > 0) {
            share = qMax(rest * stretch(i) / parts, item->minimumSize().width());
            rest -= share;
            parts -= stretch(i);
        }
        height = qMax(height, heightOf(*item, share));
    }
    return height;
}

QSize ColumnsLayout::minimumSize() const {
    QSize size(0, QBoxLayout::minimumSize().height());
    for (int i = 0; i < count(); ++i) {
        if (!itemAt(i)->isEmpty())
            size.setWidth(qMax(size.width(), itemAt(i)->minimumSize().width()));
    }
    return size;
}

void ColumnsLayout::setGeometry(const QRect& rect) {
    const auto wanted = isBeside(rect.width()) ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom;
    if (direction() != wanted) setDirection(wanted);
    QBoxLayout::setGeometry(rect);
}

Columns::Columns(int threshold, QWidget* parent)
    : QWidget(parent), m_layout(new ColumnsLayout(threshold, this)) {
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Columns::add(QWidget* widget, int stretch, Qt::Alignment alignment) {
    m_layout->addWidget(widget, stretch, alignment);
}

}  // namespace runnel::ui
