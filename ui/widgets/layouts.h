// Layouts that follow the width: a flow that wraps like words, and columns that become a stack when
// there is no room. Both mirror with the reading direction.
#pragma once

#include <QBoxLayout>
#include <QLayout>
#include <QWidget>

namespace runnel::ui {

/// Of a widget or a layout, as its parent would ask.
int heightOf(const QLayoutItem& item, int width);

class FlowLayout : public QLayout {
public:
    /// Between items, and between rows of them.
    explicit FlowLayout(int gap, QWidget* parent = nullptr) : FlowLayout(gap, gap, parent) {}
    FlowLayout(int gap, int row_gap, QWidget* parent);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override { m_items.append(item); }
    int count() const override { return static_cast<int>(m_items.size()); }
    QLayoutItem* itemAt(int index) const override { return m_items.value(index); }
    QLayoutItem* takeAt(int index) override {
        return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
    }
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    int arrange(const QRect& rect, bool apply) const;
    QList<QLayoutItem*> m_items;
    int m_row_gap;
};

/// Beside each other from `threshold` pixels (at 100 % text) on, else below each other. Asked about
/// a width, it answers for what it would be there: by what it is now, what holds it would squeeze
/// it, or leave a gap, until it has been laid out once more.
class ColumnsLayout : public QBoxLayout {
public:
    ColumnsLayout(int threshold, QWidget* parent);
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    int minimumHeightForWidth(int width) const override { return heightForWidth(width); }
    /// It can be as narrow as its widest part.
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    bool isBeside(int width) const;
    int besideHeight(int width) const;
    int m_threshold;
};

class Columns : public QWidget {
    Q_OBJECT
public:
    explicit Columns(int threshold, QWidget* parent = nullptr);
    void add(QWidget* widget, int stretch = 1, Qt::Alignment alignment = {});

private:
    ColumnsLayout* m_layout;
};

/// What a scroll area scrolls: as high as its layout needs at the width it has. By themselves texts
/// would ask for the height they need where they are narrowest, and an area would scroll over
/// nothing.
class ScrollContent : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;
    QSize minimumSizeHint() const override {
        const QSize least = QWidget::minimumSizeHint();
        return {least.width(),
                layout() != nullptr && layout()->hasHeightForWidth() ? 0 : least.height()};
    }
};

}  // namespace runnel::ui
