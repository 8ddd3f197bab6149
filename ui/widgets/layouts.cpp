#include "ui/widgets/layouts.h"

#include "ui/style/theme.h"

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

ColumnsLayout::ColumnsLayout(int threshold, QWidget* parent) : QLayout(parent), m_threshold(threshold) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(space::normal);
}

ColumnsLayout::~ColumnsLayout() {
    while (auto* const item = takeAt(0)) delete item;
}

void ColumnsLayout::add(QWidget* widget, int stretch, Qt::Alignment alignment) {
    addChildWidget(widget);
    auto* const item = new QWidgetItem(widget);
    item->setAlignment(alignment);
    m_columns.append({item, stretch});
    invalidate();
}

QLayoutItem* ColumnsLayout::itemAt(int index) const { return index >= 0 && index < m_columns.size() ? m_columns[index].item : nullptr; }

QLayoutItem* ColumnsLayout::takeAt(int index) { return index >= 0 && index < m_columns.size() ? m_columns.takeAt(index).item : nullptr; }

QList<ColumnsLayout::Column> ColumnsLayout::shown() const {
    QList<Column> out;
    for (const auto& column : m_columns) {
        if (!column.item->isEmpty()) out.append(column);
    }
    return out;
}

/// What is not stretched has what it would like; the rest is shared, and nobody has less than it needs.
QList<int> ColumnsLayout::widthsOf(const QList<Column>& columns, int width) const {
    QList<int> out;
    int rest = width - spacing() * static_cast<int>(columns.size() - 1), parts = 0;
    for (const auto& column : columns) {
        out.append(column.stretch == 0 ? column.item->sizeHint().width() : 0);
        rest -= out.last();
        parts += column.stretch;
    }
    for (qsizetype i = 0; i < columns.size(); ++i) {
        const int stretch = columns[i].stretch;
        if (stretch == 0) continue;
        int others = 0;  // that come later need so much
        for (qsizetype j = i + 1; j < columns.size(); ++j) others += columns[j].stretch == 0 ? 0 : columns[j].item->minimumSize().width();
        const int share = qMin(rest * stretch / parts, rest - others);
        out[i] = qMax(share, columns[i].item->minimumSize().width());
        rest -= out[i];
        parts -= stretch;
    }
    return out;
}

int ColumnsLayout::arrange(const QRect& rect, bool apply) const {
    const auto columns = shown();
    const bool beside = rect.width() >= Theme::current().px(m_threshold);
    const bool mirrored = parentWidget() != nullptr && parentWidget()->layoutDirection() == Qt::RightToLeft;
    const auto widths = beside ? widthsOf(columns, rect.width()) : QList<int>(columns.size(), rect.width());
    int x = 0, y = 0, height = 0;
    for (qsizetype i = 0; i < columns.size(); ++i) {
        auto* const item = columns[i].item;
        const int wants = item->hasHeightForWidth() ? item->heightForWidth(widths[i]) : item->sizeHint().height();
        const int has = beside ? rect.height() : wants;
        if (apply) {
            const int left = mirrored ? rect.right() + 1 - x - widths[i] : rect.x() + x;
            item->setGeometry(QRect(left, rect.y() + y, widths[i], has));
        }
        height = beside ? qMax(height, wants) : y + wants;
        if (beside) x += widths[i] + spacing();
        else y += wants + spacing();
    }
    return height;
}

QSize ColumnsLayout::minimumSize() const {
    QSize size;
    for (const auto& column : m_columns) {
        if (!column.item->isEmpty()) size = size.expandedTo(column.item->minimumSize());
    }
    return size;
}

QSize ColumnsLayout::sizeHint() const {
    int width = -spacing(), height = 0;
    for (const auto& column : shown()) {
        width += column.item->sizeHint().width() + spacing();
        height = qMax(height, column.item->sizeHint().height());
    }
    return {qMax(width, 0), height};
}

void ColumnsLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

Columns::Columns(int threshold, QWidget* parent) : QWidget(parent), m_layout(new ColumnsLayout(threshold, this)) {
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void Columns::add(QWidget* widget, int stretch, Qt::Alignment alignment) { m_layout->add(widget, stretch, alignment); }

}  // namespace runnel::ui
